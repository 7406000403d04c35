import type { SigningRequest } from '../http/fetch.js';

/** What a gRPC call needs of its session. */
export interface GrpcResource {
  /** Audience of the resource, exactly as registered. */
  readonly audience: string;
  /** Scopes that the call needs, and no more. */
  readonly scopes: readonly string[];
  /**
   * Public origin of the resource, for the proof's `htu`; that of the audience when absent. Plain http
   * only for a loopback host.
   */
  readonly origin?: string | undefined;
  /** As in `TokenRequest`. */
  readonly lifetimeSeconds?: number | undefined;
}

/** Decides by the method path, `/package.Service/Method`; undefined sends the call without a token. */
export type GrpcResourceByMethod = (path: string) => GrpcResource | undefined;

/** The HTTP request that a gRPC call is (RFC 9449 §4.2; every gRPC call is a POST to its path). */
export function requestOf(resource: GrpcResource, path: string): SigningRequest {
  const { audience, scopes, lifetimeSeconds, origin = audience } = resource;
  const base = URL.canParse(origin) ? new URL(origin).origin : origin;
  const creance = { action: path };
  return { url: base + path, method: 'POST', audience, scopes, lifetimeSeconds, creance };
}
