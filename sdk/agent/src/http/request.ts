import { proofTarget } from '@creance/proto';
import { type RequestFault, requestRefused } from '../errors/local.js';
import { isLoopback } from '../runtime/loopback.js';
import { parseTokenRequest } from '../session/token-ask.js';
import { actionHeader } from './signed-headers.js';
import type { SignedRequest } from './signing.js';

/** `RequestInit` with what the token is for. */
export type ProtectedInit = RequestInit & {
  /** Audience of the resource; the origin of the URL when absent. */
  readonly audience?: string | undefined;
  /** Scopes that this request needs, and no more. */
  readonly scopes: readonly string[];
  /** As in `TokenRequest`. */
  readonly lifetimeSeconds?: number | undefined;
  /** How the request is reported. */
  readonly creance?: RequestNaming | undefined;
};

/** How a request is reported to the broker. */
export interface RequestNaming {
  /** What it does: a route template or a registered name, such as `contacts.export`; never an argument. */
  readonly action?: string | undefined;
}

/** A request that may carry a token. */
export interface ProtectedRequest extends SignedRequest {
  /** The caller's headers. */
  readonly headers: Headers;
  readonly signals: readonly AbortSignal[];
  /** Whether the body can be sent a second time. */
  readonly resendable: boolean;
  /** The rest, for `fetch`. */
  readonly init: RequestInit;
}

/** Parses a request. Throws `RequestRefusedError` when it could give the token away. */
export function parseRequest(input: string | URL | Request, init: ProtectedInit): ProtectedRequest {
  const { audience, scopes, lifetimeSeconds, creance, ...rest } = init;
  const given = input instanceof Request ? input : undefined;
  const href = given?.url ?? String(input);
  const target = proofTarget(href);
  if (target === undefined) throw requestRefused('url_not_allowed');
  const { origin, protocol, hostname } = new URL(href);
  const headers = new Headers(rest.headers ?? given?.headers);
  const fault = faultOf(protocol, hostname, rest.redirect, headers);
  if (fault !== undefined) throw requestRefused(fault);
  return {
    ask: {
      ...parseTokenRequest({ audience: audience ?? origin, scopes, lifetimeSeconds }),
      isOrigin: audience === undefined,
    },
    method: methodOf(rest.method ?? given?.method ?? 'GET'),
    target,
    origin,
    action: creance?.action,
    headers,
    signals: [rest.signal ?? given?.signal].filter((signal) => signal !== undefined),
    resendable: isResendable(rest.body, given),
    init: rest,
  };
}

/** Headers, and gRPC metadata, that nobody but the session sets. */
export const reservedHeaders: readonly string[] = ['authorization', 'dpop', actionHeader];

function faultOf(
  protocol: string,
  hostname: string,
  redirect: RequestRedirect | undefined,
  headers: Headers,
): RequestFault | undefined {
  if (protocol === 'http:' && !isLoopback(hostname)) return 'plain_http';
  if (redirect === 'follow') return 'redirect_follow';
  return reservedHeaders.some((name) => headers.has(name)) ? 'header_reserved' : undefined;
}

/** The methods that `fetch` writes in upper case, whatever the caller wrote (Fetch §2.2.1). */
const normalised = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

function methodOf(method: string): string {
  const upper = method.toUpperCase();
  return normalised.has(upper) ? upper : method;
}

function isResendable(body: RequestInit['body'], given: Request | undefined): boolean {
  if (body === undefined || body === null) return given === undefined || given.body === null;
  if (typeof body === 'string' || body instanceof ArrayBuffer || ArrayBuffer.isView(body))
    return true;
  return body instanceof URLSearchParams || body instanceof FormData || body instanceof Blob;
}
