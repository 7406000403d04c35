import { ok, type Result, refuse, type SessionId } from '@creance/proto';
import type { Caller } from '../domain/caller.js';
import type { Denial } from '../domain/denial.js';
import type { Instant } from '../domain/instant.js';
import { type CurrentRegistry, isRegistered, type Role } from '../domain/registry.js';
import { pathFault } from '../domain/session.js';
import type { Store } from '../store/store.js';
import { type StreamMessageKind, streamAccess } from './access.js';
import type { CallRecord } from './call-record.js';
import type { Pipeline } from './pipeline.js';

/** What is asked before a message of a stream is heard. */
export interface MessageParts {
  readonly store: Pick<Store, 'path'>;
  readonly registry: CurrentRegistry;
}

const noRoles: ReadonlySet<Role> = new Set();

/**
 * Lets one message of a stream in, as a call would be: the session as it is now and not as it was when the
 * stream was opened, its row of the table, the rates. Gives the caller.
 */
export function admitMessage(
  { admission, isDraining, limits, report }: Pipeline,
  { store, registry }: MessageParts,
  stream: {
    readonly session: SessionId;
    readonly record: CallRecord;
    /** Requests that wait for their answers. */
    readonly waiting: number;
  },
  kind: StreamMessageKind,
  now: Instant,
): Result<Caller, Denial> {
  if (isDraining()) return refuse({ reason: 'shutting_down' });
  if (stream.waiting >= limits.streamRequestsWaiting) {
    report.limitHit('streamRequestsWaiting');
    return refuse({ reason: 'rate_limited' });
  }
  const path = store.path(stream.session);
  const session = path.at(-1);
  if (session === undefined) return refuse({ reason: 'session_ended' });
  const fault = pathFault(path, now, limits.sessionIdleSeconds);
  if (fault !== undefined) return refuse({ reason: fault });
  if (!streamAccess[kind].includes(session.kind)) return refuse({ reason: 'session_wrong_kind' });
  if (!isRegistered(registry(), session)) return refuse({ reason: 'workload_not_registered' });
  const tooMany = admission.meter(stream.record, session);
  return tooMany === undefined ? ok({ kind: 'session', session, roles: noRoles }) : refuse(tooMany);
}
