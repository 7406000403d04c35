import { ok, type Thumbprint } from '@creance/proto';
import { unixSeconds } from '../domain/instant.js';
import type { TokenRing } from '../tokens/token-ring.js';
import type { Command } from './call.js';

/** A token key that verifiers may meet; its times are Unix seconds. */
export interface KeyListed {
  readonly keyId: Thumbprint;
  readonly signsFrom: number;
  readonly retireAt: number;
  /** Whether it signs now. */
  readonly signing: boolean;
}

/** Lists the token keys, the oldest first. */
export function listKeys(
  ring: Pick<TokenRing, 'keys' | 'signerAt'>,
): Command<Record<string, never>, readonly KeyListed[]> {
  return async (_ask, call) => {
    const signing = ring.signerAt(unixSeconds(call.now))?.keyId;
    return ok(
      ring.keys().map(({ signer: { keyId }, signsFrom, retireAt }) => {
        return { keyId, signsFrom, retireAt, signing: keyId === signing };
      }),
    );
  };
}
