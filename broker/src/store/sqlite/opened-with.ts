import type { Session } from '../../domain/session.js';
import type { OpenSession } from '../store.js';
import type { Room } from './room.js';
import type { Vouched } from './vouch.js';

/** What a session takes from the ask and the evidence that open it, root or child. */
export function openedWith(
  { log }: Room,
  { id, member: { kind, name }, handles, key, now }: OpenSession,
  vouched: Vouched,
): Omit<
  Session,
  | 'parent'
  | 'principal'
  | 'upstream'
  | 'task'
  | 'transaction'
  | 'absoluteEndAt'
  | 'end'
  | 'suspendedAt'
  | 'heldFor'
  | 'revalidatedAt'
> {
  return {
    id,
    kind,
    name,
    member: handles.member,
    owner: handles.owner,
    key,
    evidenceIssuer: vouched.issuer,
    evidenceKey: vouched.handle,
    ownEvidence: true,
    openedAt: now,
    openedRevision: log.head,
    activeAt: now,
  };
}
