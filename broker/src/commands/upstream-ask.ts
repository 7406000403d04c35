import type { UpstreamRef } from '../store/store.js';
import { sha256Base64url } from '../tokens/signing-key.js';

/** The login above a root, as it declares it: an issuer with a person, a session there, or both. */
export interface UpstreamAsk {
  readonly issuer: string;
  readonly subject: string | undefined;
  readonly sessionId: string | undefined;
}

/**
 * A person or login as the store knows it. A hash, so that no name is stored; with its kind, so that a
 * person and a login that are called alike stay apart. Opening and cutting both come here: they must agree
 * to the byte.
 */
export function upstreamRef(kind: UpstreamRef['kind'], issuer: string, id: string): UpstreamRef {
  return { kind, hash: sha256Base64url(`creance-${kind}-v1:${JSON.stringify([issuer, id])}`) };
}
