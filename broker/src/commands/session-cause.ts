import type { Revision } from '@creance/proto';
import type { AuditEvent, AuditKind } from '../domain/audit.js';
import type { Instant } from '../domain/instant.js';
import type { Session } from '../domain/session.js';
import type { Store } from '../store/store.js';

/** Who has ended or held a session, and why. */
export interface SessionCause {
  readonly kind: AuditKind;
  /** In the operator's words; undefined where nobody had to give any. */
  readonly reason: string | undefined;
  /** The operator by name, a session id, `dev` or `broker`. */
  readonly author: string;
  readonly at: Instant;
  readonly revision: Revision;
  readonly requestId: string | undefined;
}

const ends: readonly AuditKind[] = [
  'session_cut',
  'session_ended',
  'session_expired',
  'theft_answered',
  'handle_cut',
  'before_cut',
  'registry_changed',
  'manifest_applied',
  'session_revalidated',
  'store_restored',
];
const holds: readonly AuditKind[] = [
  'session_suspended',
  'risk_suspended',
  'theft_answered',
  'join_token_contested',
];

/**
 * Why the last session of a path may not act, from the audit; undefined while it may, and when no record of
 * it is found. The record nearest to the row of the log wins, one that names a session of the path before one
 * that names something above all of them.
 */
export function causeOf(
  store: Pick<Store, 'endedAt' | 'auditNear' | 'session'>,
  path: readonly Session[],
): SessionCause | undefined {
  const own = path.at(-1);
  if (own === undefined) return undefined;
  const revision = own.end === undefined ? own.suspendedAt : store.endedAt(own.id);
  if (revision === undefined) return undefined;
  // A revision is the instant of its row in microseconds, or a little more.
  const at = revision as number as Instant;
  const records = store.auditNear(at, own.end === undefined ? holds : ends);
  const best =
    nearest(records.filter(namesOneOf(path)), at) ?? nearest(records.filter(namesAll(path)), at);
  return best && { ...causeIn(store, best), revision };
}

function causeIn(
  store: Pick<Store, 'session'>,
  { kind, actor, at, facts, requestId }: AuditEvent,
): Omit<SessionCause, 'revision'> {
  const [said, fact] = [facts['reason'], facts['fact']];
  const reason = typeof said === 'string' ? said : typeof fact === 'string' ? fact : undefined;
  const author = store.session(actor as Session['id'])?.name ?? actor;
  return { kind, reason, author, at, requestId };
}

function namesOneOf(path: readonly Session[]): (record: AuditEvent) => boolean {
  const ids = new Set(path.map(({ id }) => id));
  return ({ session }) => session !== undefined && ids.has(session);
}

/** Cuts of what stands above sessions: those of a workload or an owner by name, the others by nearness alone. */
function namesAll(path: readonly Session[]): (record: AuditEvent) => boolean {
  const names = new Set(path.map(({ name }) => name));
  return ({ kind, session, facts }) => {
    if (session !== undefined) return false;
    if (kind !== 'handle_cut' || facts['target'] !== 'workload') return true;
    return names.has(`${facts['name']}`);
  };
}

function nearest(records: readonly AuditEvent[], at: Instant): AuditEvent | undefined {
  const distance = (record: AuditEvent) => Math.abs(record.at - at);
  const [first, ...others] = records;
  return others.reduce(
    (best, record) => (best !== undefined && distance(record) < distance(best) ? record : best),
    first,
  );
}
