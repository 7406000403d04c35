import type { Handle, Revision, SessionId, Thumbprint } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { MemberKind } from '../../domain/registry.js';
import type { HoldCause, Session, SessionEnd } from '../../domain/session.js';
import type { Task } from '../../domain/task.js';
import type { Ending, Hold } from './entry.js';
import type { NewEntry } from './mirror.js';

/** The columns of a row of `sessions` that are written when it is opened. */
export interface NewSessionColumns {
  readonly id: string;
  readonly parent: string | null;
  readonly kind: string;
  readonly name: string;
  readonly member: string;
  readonly owner: string;
  readonly key: string;
  readonly evidence_issuer: string;
  readonly evidence_key: string;
  readonly own_evidence: number;
  readonly principal: string | null;
  readonly upstream: string | null;
  readonly task: string | null;
  readonly txn: string;
  readonly opened_at: number;
  readonly opened_revision: number;
  readonly absolute_end_at: number;
  readonly active_at: number;
}

/** A row of `sessions`. */
export interface SessionRow extends NewSessionColumns {
  readonly ordinal: number;
  readonly ending: string | null;
  readonly end_revision: number | null;
  readonly suspended_at: number | null;
  readonly held_from: number | null;
  readonly held_to: number | null;
  /** For what it is held, or was the last time. */
  readonly held_for: string | null;
  /** Revision at which it was bound to its key, unless that is its first. */
  readonly rekeyed_at: number | null;
}

/** The columns of a session that is opened now. */
export function newSessionColumns(session: Session): NewSessionColumns {
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
    own_evidence: session.ownEvidence ? 1 : 0,
    principal: session.principal ?? null,
    upstream: session.upstream ?? null,
    task: taskText(session.task),
    txn: session.transaction,
    opened_at: session.openedAt,
    opened_revision: session.openedRevision,
    absolute_end_at: session.absoluteEndAt,
    active_at: session.activeAt,
  };
}

/** The session of a row, with its own end only. Shapes are held by the table's checks. */
export function entryOf(row: SessionRow): NewEntry {
  const ending = endingOf(row);
  return { session: sessionOf(row, ending), ordinal: row.ordinal, ending, hold: holdOf(row) };
}

function sessionOf(row: SessionRow, ending: Ending | undefined): Session {
  return {
    id: row.id as SessionId,
    parent: (row.parent ?? undefined) as SessionId | undefined,
    kind: row.kind as MemberKind,
    name: row.name,
    member: row.member as Handle,
    owner: row.owner as Handle,
    key: row.key as Thumbprint,
    evidenceIssuer: row.evidence_issuer as Handle,
    evidenceKey: row.evidence_key as Handle,
    ownEvidence: row.own_evidence === 1,
    principal: (row.principal ?? undefined) as Handle | undefined,
    upstream: (row.upstream ?? undefined) as Handle | undefined,
    task: taskOf(row.task),
    transaction: row.txn,
    openedAt: row.opened_at as Instant,
    openedRevision: row.opened_revision as Revision,
    absoluteEndAt: row.absolute_end_at as Instant,
    activeAt: row.active_at as Instant,
    end: ending?.as,
    suspendedAt: (row.suspended_at ?? undefined) as Revision | undefined,
    heldFor: row.suspended_at === null ? undefined : (row.held_for as HoldCause),
    revalidatedAt: revalidatedAtOf(row),
  };
}

/** A rekey below a hold is one in it: nothing else binds a held session to another key. */
function revalidatedAtOf({
  suspended_at: heldAt,
  rekeyed_at: at,
}: SessionRow): Revision | undefined {
  return heldAt !== null && at !== null && at > heldAt ? (at as Revision) : undefined;
}

function endingOf({ ending, end_revision: revision }: SessionRow): Ending | undefined {
  if (ending === null) return undefined;
  return { as: ending as SessionEnd, revision: revision as Revision };
}

function holdOf({ held_from: from, held_to: to, held_for: cause }: SessionRow): Hold | undefined {
  if (from === null) return undefined;
  const ended = (to ?? undefined) as Instant | undefined;
  return { from: from as Instant, to: ended, cause: cause as HoldCause };
}

/** A task as its column holds it. */
export function taskText(task: Task | undefined): string | null {
  if (task === undefined) return null;
  const grants = task.grants.map(({ resource, scopes, destinations }) => ({
    resource,
    scopes,
    destinations,
  }));
  return JSON.stringify({ grants });
}

/** The task of a column, which only `taskText` has written. */
export function taskOf(text: string | null): Task | undefined {
  return text === null ? undefined : (JSON.parse(text) as Task);
}
