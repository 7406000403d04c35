import type { Revision, Thumbprint } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { Room } from './room.js';

/** What the marks say of a store that was put back. */
export interface Restored {
  /** The highest revision that was ever committed. */
  readonly mark: Revision;
  readonly evidence: ReadonlySet<Thumbprint>;
  readonly tokenKeys: ReadonlySet<Thumbprint>;
  readonly now: Instant;
}

/**
 * Makes a store that was put back safe, in one transaction: nothing that it knows of lives on. A cut of
 * everything, above each revision that there has ever been, ends the sessions and tokens of before, those
 * included that were opened after the backup; join tokens go, because nobody knows which were redeemed;
 * registrations of evidence end, because nobody knows what was held, contested or copied since: a join token,
 * which is an operator's act, brings a key back. Evidence and token keys that were cut are cut again.
 */
export function restore(room: Room, { mark, evidence, tokenKeys, now }: Restored): void {
  const { log, floor, mirror, joinTokens, childTokens, evidenceKeys, proposals, audit } = room;
  const headBefore = log.head;
  const { revision, before } = log.appendBefore(undefined, mark);
  mirror.cuts.endBefore(before);
  floor.raise(before);
  childTokens.dropAll();
  proposals.deleteAll();
  const joinTokensDeleted = joinTokens.dropAll();
  const evidenceKeysEnded = evidenceKeys.endAll();
  for (const key of evidence) evidenceKeys.cut(key);
  for (const keyId of tokenKeys) {
    if (log.read.keyCutRevision(keyId) === undefined) log.append({ kind: 'key-cut', keyId });
  }
  audit.append({
    kind: 'store_restored',
    at: now,
    actor: 'broker',
    facts: { headBefore, mark, revision, joinTokensDeleted, evidenceKeysEnded },
  });
}
