import type { PublicJwk, Thumbprint } from '@creance/proto';

/** What a published key signs. */
export type KeyUse = 'tokens' | 'events';

/** A key to publish. */
export interface PublishedKey {
  readonly keyId: Thumbprint;
  readonly jwk: PublicJwk;
  readonly signs: KeyUse;
}

/**
 * The key set (RFC 7517 §5). `creance_signs` tells apart what a key signs, for receivers that want a key of
 * one kind alone; members that a reader does not know are ignored (RFC 7517 §4). The token's `typ` says the same.
 */
export function keySetOf(keys: readonly PublishedKey[]): object {
  return {
    keys: keys.map(({ keyId, jwk: { kty, crv, x, y }, signs }) => {
      return { kty, crv, x, y, kid: keyId, use: 'sig', alg: 'ES256', creance_signs: signs };
    }),
  };
}
