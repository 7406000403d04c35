import { ok, type Result, refuse } from '@creance/proto';
import type { Caller } from '../domain/caller.js';
import type { Denial } from '../domain/denial.js';
import { limits } from '../domain/limits.js';
import type { CurrentRegistry } from '../domain/registry.js';
import { pathFault } from '../domain/session.js';
import type { EventHub } from '../events/hub.js';
import type { WatchEnd } from '../events/subscriber.js';
import type { Clock } from '../runtime/clock.js';
import type { Store } from '../store/store.js';
import type { ProvedRule } from './admission.js';
import type { CallRecord } from './call-record.js';
import { readWatchEvents, writeKeptSince, writeWatchEvents } from './convert-event.js';
import type { RawServerStream } from './health.js';
import type { Pipeline } from './pipeline.js';
import { OpenStreams, type StreamedCall, serverStream, streamLine } from './server-stream.js';

/** The hub as the edge uses it. */
export type EdgeEvents = Pick<EventHub, 'watch' | 'unwatch' | 'close' | 'kept'>;

/** Parts of OperatorService.WatchEvents. */
export interface WatchEventsParts {
  readonly rule: ProvedRule;
  readonly events: EdgeEvents;
  readonly registry: CurrentRegistry;
  readonly store: Pick<Store, 'path'>;
  /** Closes the connection of a peer that does not let its stream end. */
  readonly drop: (peer: string) => void;
}

/** Opens a watch for each call: what is kept, what comes, then a typed end. */
export function watchEvents(pipeline: Pipeline, parts: WatchEventsParts): RawServerStream {
  const streams = new OpenStreams();
  return serverStream(pipeline, (call, record) => open(pipeline, parts, call, record, streams));
}

function open(
  { admission, clock, isDraining, report, limits: edge }: Pipeline,
  parts: WatchEventsParts,
  call: StreamedCall,
  record: CallRecord,
  streams: OpenStreams,
): Result<void, Denial> {
  if (isDraining()) return refuse({ reason: 'shutting_down' });
  const { rule, events } = parts;
  const now = clock.now();
  const arrival = { record, metadata: call.metadata, bytes: call.request, rule, now };
  const admitted = admission.admit(arrival);
  if (!admitted.ok) return admitted;
  const ask = readWatchEvents(call.request);
  if (!ask.ok) return ask;
  const caller = admitted.value;
  const who = caller.kind === 'session' ? caller.session.id : caller.kind;
  if (streams.of(who) >= edge.eventWatchesPerSession) {
    report.limitHit('eventWatchesPerSession');
    return refuse({ reason: 'connection_limit' });
  }
  const line = streamLine(call, writeWatchEvents, {
    record,
    graceMillis: edge.connectionAgeGraceMillis,
    drop: () => parts.drop(record.peer),
  });
  // Before the events: without it nobody can tell that nothing happened from that nothing is kept.
  call.write(writeKeptSince(events.kept));
  const subscriber = events.watch(line, { ...ask.value, fault: faultOf(parts, caller, clock) });
  if (subscriber === undefined) return refuse({ reason: 'connection_limit' });
  streams.hold(who, call, () => events.unwatch(subscriber));
  return ok(undefined);
}

/** A watch lasts no longer than what let it in: the session, and one of the roles. */
function faultOf(
  { rule, registry, store }: WatchEventsParts,
  caller: Caller,
  clock: Clock,
): () => WatchEnd | undefined {
  if (caller.kind !== 'session') return () => undefined;
  const { id, name } = caller.session;
  const roles = rule.by === 'session' && rule.role !== undefined ? [rule.role].flat() : [];
  return () => {
    const end = sessionEnd(store.path(id), clock);
    if (end !== undefined) return end;
    const held = registry().operators.get(name)?.roles;
    return roles.some((role) => held?.has(role)) ? undefined : 'operator_role_missing';
  };
}

function sessionEnd(path: ReturnType<Store['path']>, clock: Clock): WatchEnd | undefined {
  if (path.length === 0) return 'session_ended';
  const fault = pathFault(path, clock.now(), limits.sessionIdleSeconds);
  return fault === 'ancestor_ended' ? 'session_revoked' : fault;
}
