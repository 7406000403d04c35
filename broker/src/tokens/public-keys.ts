import type { KeyObject } from 'node:crypto';
import type { PublicJwk, Thumbprint } from '@creance/proto';
import { importPublicKey } from './signing-key.js';

/** Keys kept ready: importing one costs as much as checking a signature. */
const keysKept = 10_000;

/** Imports public keys and keeps the ones used last. */
export interface PublicKeys {
  /** The key of a thumbprint; undefined when the point is not on the curve. */
  imported(thumbprint: Thumbprint, jwk: PublicJwk): KeyObject | undefined;
}

/** Opens an empty cache. Forgetting a key costs time and nothing else. */
export function publicKeys(most: number = keysKept): PublicKeys {
  const kept = new Map<Thumbprint, KeyObject>();
  return {
    imported(thumbprint, jwk) {
      const known = kept.get(thumbprint);
      if (known !== undefined) {
        // A map keeps the order of insertion: the first one is the one used longest ago.
        kept.delete(thumbprint);
        kept.set(thumbprint, known);
        return known;
      }
      const key = importPublicKey(jwk);
      if (key === undefined) return undefined;
      if (kept.size >= most) kept.delete(kept.keys().next().value as Thumbprint);
      kept.set(thumbprint, key);
      return key;
    },
  };
}
