import { ok, type Revision, refuse, type Thumbprint } from '@creance/proto';
import { unixSeconds } from '../domain/instant.js';
import type { Store } from '../store/store.js';
import type { TokenRing } from '../tokens/token-ring.js';
import { actorOf, type Command } from './call.js';
import type { KeptBy } from './cut.js';
import { operatorReason } from './reason.js';

/** A token key that is not to be believed any more, and why. */
export interface CompromiseKeyAsk {
  readonly keyId: Thumbprint;
  readonly reason: string;
}

/** What was cut, and what signs now. */
export interface CompromiseKeyAnswer {
  readonly revision: Revision;
  readonly cutKeyIds: readonly Thumbprint[];
  /** Undefined where the disk took no fresh key: nothing is issued until there is one. */
  readonly signingKeyId: Thumbprint | undefined;
  readonly verifiersSubscribed: number;
  /** What keeps the cuts. */
  readonly kept: KeptBy;
}

/** Parts of the verb. */
export interface CompromiseKeyParts {
  readonly ring: Pick<TokenRing, 'compromise'>;
  readonly store: Pick<Store, 'cutTokenKeys' | 'keptBy'>;
  readonly subscribers: () => number;
}

/**
 * Cuts a token key and every one that does not sign yet, and signs with a fresh one. The ring proposes,
 * one transaction of the store cuts and publishes, the ring follows: a crash in between leaves key files
 * that the log has cut, and the next start removes them before anything is signed. A disk that takes no fresh
 * key keeps no key from being cut.
 */
export function compromiseKey(
  parts: CompromiseKeyParts,
): Command<CompromiseKeyAsk, CompromiseKeyAnswer> {
  return async ({ keyId, reason }, call) => {
    const words = operatorReason(reason);
    if (!words.ok) return words;
    const change = parts.ring.compromise(keyId, unixSeconds(call.now));
    if (change === undefined) return refuse({ reason: 'token_key_unknown' });
    const { cut, fresh } = change;
    const signing = fresh[0]?.signer.keyId;
    const done = await parts.store.cutTokenKeys({
      keyIds: cut,
      fresh: fresh.map(({ signer, retireAt }) => {
        const { keyId: id, jwk } = signer;
        return { keyId: id, x: jwk.x, y: jwk.y, retireAt };
      }),
      audit: {
        kind: 'token_keys_cut',
        at: call.now,
        actor: actorOf(call),
        requestId: call.requestId,
        facts: { reason: words.value, key: keyId, cut, ...(signing && { signing }) },
      },
    });
    if (!done.ok) {
      change.abandon();
      return refuse({ reason: done.error });
    }
    change.commit();
    return ok({
      revision: done.value,
      cutKeyIds: cut,
      signingKeyId: signing,
      verifiersSubscribed: parts.subscribers(),
      kept: parts.store.keptBy(done.value),
    });
  };
}
