import type { Handle, Revision, SessionId, Thumbprint } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { MemberKind } from '../../domain/registry.js';
import type { Session, SessionEnd } from '../../domain/session.js';
import type { NewEntry } from './mirror.js';

/** A row of `sessions`. */
export interface SessionRow {
  readonly ordinal: number;
  readonly id: string;
  readonly parent: string | null;
  readonly kind: string;
  readonly name: string;
  readonly member: string;
  readonly owner: string;
  readonly key: string;
  readonly evidence_issuer: string;
  readonly evidence_key: string;
  readonly txn: string;
  readonly opened_at: number;
  readonly opened_revision: number;
  readonly absolute_end_at: number;
  readonly active_at: number;
  readonly ending: string | null;
  readonly end_revision: number | null;
}

/** The columns of a session that is opened now. */
export function newSessionColumns(
  session: Session,
): Omit<SessionRow, 'ordinal' | 'ending' | 'end_revision'> {
  return {
    id: session.id,
    parent: session.parent ?? null,
    kind: session.kind,
    name: session.name,
    member: session.member,
    owner: session.owner,
    key: session.key,
    evidence_issuer: session.evidenceIssuer,
    evidence_key: session.evidenceKey,
    txn: session.transaction,
    opened_at: session.openedAt,
    opened_revision: session.openedRevision,
    absolute_end_at: session.absoluteEndAt,
    active_at: session.activeAt,
  };
}

/** The session of a row, with its own end only. Shapes are held by the table's checks. */
export function entryOf(row: SessionRow): NewEntry {
  const ending =
    row.ending === null
      ? undefined
      : { as: row.ending as SessionEnd, revision: row.end_revision as Revision };
  const session: Session = {
    id: row.id as SessionId,
    parent: (row.parent ?? undefined) as SessionId | undefined,
    kind: row.kind as MemberKind,
    name: row.name,
    member: row.member as Handle,
    owner: row.owner as Handle,
    key: row.key as Thumbprint,
    evidenceIssuer: row.evidence_issuer as Handle,
    evidenceKey: row.evidence_key as Handle,
    transaction: row.txn,
    openedAt: row.opened_at as Instant,
    openedRevision: row.opened_revision as Revision,
    absoluteEndAt: row.absolute_end_at as Instant,
    activeAt: row.active_at as Instant,
    end: ending?.as,
  };
  return { session, ordinal: row.ordinal, ending };
}
