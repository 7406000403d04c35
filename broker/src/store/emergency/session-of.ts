import type { Handle, Revision } from '@creance/proto';
import type { Session } from '../../domain/session.js';
import type { OpenSession } from '../session-asks.js';

/** By which evidence a session is opened. */
export interface EvidenceHandles {
  readonly handle: Handle;
  readonly issuer: Handle;
}

/** A root that no table holds, opened while the log stands at `head`. */
export function emergencySession(
  { id, member, handles, key, now, transaction, absoluteEndAt }: OpenSession,
  { handle, issuer }: EvidenceHandles,
  head: Revision,
): Session {
  return {
    id,
    kind: member.kind,
    name: member.name,
    member: handles.member,
    owner: handles.owner,
    key,
    evidenceIssuer: issuer,
    evidenceKey: handle,
    ownEvidence: true,
    openedAt: now,
    openedRevision: head,
    activeAt: now,
    parent: undefined,
    principal: undefined,
    upstream: undefined,
    task: undefined,
    transaction,
    absoluteEndAt,
    end: undefined,
    suspendedAt: undefined,
    heldFor: undefined,
    revalidatedAt: undefined,
  };
}
