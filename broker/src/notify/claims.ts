import type { Happening, Occurrence } from '../domain/event.js';
import { limits } from '../domain/limits.js';

/** CAEP 1.0 §3.1. */
const sessionRevoked = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
/** Where our own events are named; nothing has to be there. */
const ownEvents = 'https://creance.dev/events/';

/** Characters of a reason or of evidence that a token carries. */
const wordsMost = 1_000;

/**
 * The claims of an event as JSON, without those of the moment of sending (`iss`, `iat`, `jti`, `aud`). A
 * session that was revoked is CAEP's session-revoked; the rest has no event there that says the same, and
 * has a URI of ours. Subjects are those of RFC 9493, in the complex form of SSF 1.0 §3.
 */
export function claimsOf(issuer: string, occurrence: Occurrence): string {
  const { at, cause, what } = occurrence;
  const claims = {
    toe: Math.floor(at / 1_000_000),
    ...(cause !== undefined && { txn: cause }),
    sub_id: subjectOf(issuer, occurrence),
    events: { [uriOf(what)]: payloadOf(occurrence) },
  };
  const text = JSON.stringify(claims);
  if (Buffer.byteLength(text) <= limits.deliveryBytes) return text;
  // Words without end must not keep those behind them from their receivers: what it was is said.
  const event = { event_timestamp: claims.toe, creance: { kind: what.kind, shortened: true } };
  return JSON.stringify({ ...claims, events: { [uriOf(what)]: event } });
}

function uriOf(what: Happening): string {
  const isSession = what.kind === 'cut' && what.of === 'session';
  return isSession ? sessionRevoked : `${ownEvents}${what.kind.replaceAll('_', '-')}`;
}

function subjectOf(issuer: string, { session, workload, owner }: Occurrence): object {
  const named = (sub: string) => ({ format: 'iss_sub', iss: issuer, sub });
  const user = workload !== undefined && { user: named(workload) };
  const tenant = owner !== undefined && { tenant: named(owner) };
  if (session !== undefined)
    return { format: 'complex', session: { format: 'opaque', id: session }, ...user, ...tenant };
  if (!user && !tenant) return named(issuer);
  return { format: 'complex', ...user, ...tenant };
}

/** What every event says in CAEP's words (CAEP 1.0 §2), and what it is in ours. */
function payloadOf({ at, root, reached, what }: Occurrence): object {
  const { kind, ...rest } = what;
  return {
    event_timestamp: Math.floor(at / 1_000_000),
    initiating_entity: initiatorOf(what),
    ...('reason' in what && { reason_admin: { en: short(what.reason) } }),
    creance: {
      kind,
      ...rest,
      ...('reason' in what && { reason: short(what.reason) }),
      ...('evidence' in what && { evidence: short(what.evidence) }),
      ...(root !== undefined && { root }),
      ...(reached !== undefined &&
        reached.workloads.length > 0 && { workloads: reached.workloads }),
    },
  };
}

/** The broker acts by its policy, everybody else is an administrator. */
function initiatorOf(what: Happening): 'policy' | 'admin' {
  return 'author' in what && what.author !== 'broker' ? 'admin' : 'policy';
}

function short(text: string): string {
  return text.length <= wordsMost ? text : `${text.slice(0, wordsMost)}…`;
}
