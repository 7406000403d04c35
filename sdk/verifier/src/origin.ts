import { networkPrefixOf } from './network-prefix.js';
import type { SeenOrigin } from './witness.js';

/** Where a request came from. Folded before it is reported: neither address nor version leaves. */
export interface Origin {
  /** The client's own address, without port; undefined when only that of a proxy is known. */
  readonly address?: string | undefined;
  /** The `User-Agent` header as it came. */
  readonly client?: string | null | undefined;
}

/** How a wrapper learns where a request came from. */
export interface OriginOptions<Request> {
  /**
   * Whether requests come through a proxy, so that the peer of the socket is not the client. Then nothing
   * is said of the network unless `clientAddress` knows it.
   */
  readonly behindProxy?: boolean | undefined;
  /**
   * The client's address as a proxy that you trust says it, without port: never the word of a header that
   * the client may have sent itself. What is no address counts as undefined. What it throws fails the
   * request.
   */
  readonly clientAddress?: ((request: Request) => string | undefined) | undefined;
}

/** Characters of a client's family, and of a header that are read for it. */
const clientCharsMax = 64;
const clientCharsRead = 256;

/** The origin of a request that came over a socket. */
export function originOf<Request>(
  request: Request,
  { behindProxy = false, clientAddress }: OriginOptions<Request>,
  peer: { readonly address: string | undefined; readonly client: string | null },
): Origin {
  const said = clientAddress?.(request);
  const { client } = peer;
  if (prefixOf(said) !== undefined) return { address: said, client };
  return { address: behindProxy ? undefined : peer.address, client };
}

/** Folds an origin; undefined when nothing is known of it. */
export function foldOrigin(origin: Origin | undefined): SeenOrigin | undefined {
  if (origin === undefined) return undefined;
  const network = prefixOf(origin.address);
  const client = typeof origin.client === 'string' ? clientFamilyOf(origin.client) : '';
  if (network === undefined && client === '') return undefined;
  return { isSeen: network !== undefined, network: network ?? new Uint8Array(0), client };
}

function prefixOf(address: unknown): Uint8Array | undefined {
  return typeof address === 'string' ? networkPrefixOf(address) : undefined;
}

const [tab, space] = [0x09, 0x20];

/** What ends the name of a product, besides space: its version, a comment, another header of the name. */
const nameEnds: ReadonlySet<number> = new Set([...'/(,;'].map((char) => char.charCodeAt(0)));

/**
 * The first product of a `User-Agent` header (RFC 9110 §10.1.5) without its version, such as `undici`:
 * printable ASCII, at most 64 characters; whatever else stands in it is left out. Empty when there is none.
 */
export function clientFamilyOf(userAgent: string): string {
  const codes: number[] = [];
  const end = Math.min(userAgent.length, clientCharsRead);
  for (let at = 0; at < end && codes.length < clientCharsMax; at += 1) {
    const code = userAgent.charCodeAt(at);
    if (nameEnds.has(code)) break;
    if (code === space || code === tab) {
      if (codes.length > 0) break;
    } else if (code > space && code < 0x7f) codes.push(code);
  }
  // A string of its own: a part of the header would keep the whole header.
  return String.fromCharCode(...codes);
}
