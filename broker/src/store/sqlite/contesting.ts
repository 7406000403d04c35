import { ok, type Result, type Thumbprint } from '@creance/proto';
import type { ContestJoinToken, JoinTokenContested } from '../store.js';
import { isUnended } from './entry.js';
import type { Room } from './room.js';
import { holdFor } from './suspending.js';

const nothing: JoinTokenContested = { isContested: false, sessionsHeld: 0 };

/**
 * The store step of a join token for one key that another key brings while it lives: nobody can say which of
 * the two is the member's own, so both are out of use, with what they have opened, until a person has decided.
 * Once: whoever has the text of the token cannot hold again what an operator has let in anew.
 *
 * A token for several keys proves nothing by one key more, and one that has ended or was cut is anybody's.
 */
export function contestJoinToken(
  room: Room,
  { hash, key, now, audit }: ContestJoinToken,
): Result<JoinTokenContested, never> {
  const { joinTokens, evidenceKeys } = room;
  const token = joinTokens.find(hash);
  if (token === undefined || token.isContested || !isForOneKey(token, now)) return ok(nothing);
  if (joinTokens.findAlone(hash)?.isCut === true) return ok(nothing);
  const [first] = token.redeemedBy;
  if (first === undefined || first === key) return ok(nothing);
  joinTokens.contest(hash);
  const revisions = [first, key].flatMap((each) => {
    if (evidenceKeys.find(each) === undefined) return [];
    evidenceKeys.contest(each, token.handle);
    return holdSessionsOf(room, each, now);
  });
  const sessionsHeld = revisions.reduce((sum, { sessionsEnded }) => sum + sessionsEnded, 0);
  const revision = revisions.at(-1)?.revision ?? room.log.head;
  room.audit.append({
    ...audit,
    facts: { ...audit.facts, handle: token.handle, firstKey: first, key, sessionsHeld, revision },
  });
  return ok({ isContested: true, sessionsHeld });
}

function isForOneKey(
  {
    uses,
    used,
    expiresAt,
  }: { readonly uses: number; readonly used: number; readonly expiresAt: number },
  now: number,
): boolean {
  return uses === 1 && used === 1 && now < expiresAt;
}

/** Holds every session that a key has opened: what hangs below them is held with them. */
function holdSessionsOf(room: Room, key: Thumbprint, now: ContestJoinToken['now']) {
  const handle = room.evidenceKeys.find(key)?.handle;
  const own = [...room.mirror.live.all()].filter(
    (entry) =>
      entry.session.evidenceKey === handle &&
      entry.session.ownEvidence &&
      isUnended(entry, room.mirror.cuts),
  );
  return own.map((entry) => holdFor(room, entry, now, 'theft'));
}
