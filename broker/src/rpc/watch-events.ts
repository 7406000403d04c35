import { ok, type Result, refuse, type SessionId } from '@creance/proto';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Caller } from '../domain/caller.js';
import type { Denial } from '../domain/denial.js';
import { limits } from '../domain/limits.js';
import type { CurrentRegistry } from '../domain/registry.js';
import { pathFault } from '../domain/session.js';
import type { EventHub } from '../events/hub.js';
import type { EventLine, EventSubscriber, WatchEnd } from '../events/subscriber.js';
import type { Clock } from '../runtime/clock.js';
import type { Store } from '../store/store.js';
import type { ProvedRule } from './admission.js';
import { type CallRecord, recordOf } from './call-record.js';
import { readWatchEvents, writeWatchEvents } from './convert-event.js';
import { endCall } from './end-call.js';
import type { RawServerStream } from './health.js';
import { attempt, type Pipeline, refusalStatus } from './pipeline.js';
import { statusOf } from './status.js';

/** The hub as the edge uses it. */
export type EdgeEvents = Pick<EventHub, 'watch' | 'unwatch' | 'close'>;

/** Parts of OperatorService.WatchEvents. */
export interface WatchEventsParts {
  readonly rule: ProvedRule;
  readonly events: EdgeEvents;
  readonly registry: CurrentRegistry;
  readonly store: Pick<Store, 'path'>;
  /** Closes the connection of a peer that does not let its stream end. */
  readonly drop: (peer: string) => void;
}

type EventCall = ServerWritableStream<Buffer, Buffer>;

/** Opens a watch for each call: what is kept, what comes, then a typed end. */
export function watchEvents(pipeline: Pipeline, parts: WatchEventsParts): RawServerStream {
  const lines = new Map<string, number>();
  return (call) => {
    const record = recordOf(call.metadata);
    const answer = async () => {
      const opened = await attempt(async () => open(pipeline, parts, call, record, lines));
      if (!record.settle()) return;
      if (opened.ok) pipeline.report.answered(record);
      else call.emit('error', refusalStatus(pipeline, record, opened.error));
    };
    pipeline.flight.during(answer).catch((fault) => pipeline.report.failed(record, fault));
  };
}

function open(
  { admission, clock, isDraining, report, limits: edge }: Pipeline,
  parts: WatchEventsParts,
  call: EventCall,
  record: CallRecord,
  lines: Map<string, number>,
): Result<void, Denial> {
  if (isDraining()) return refuse({ reason: 'shutting_down' });
  const { rule, events } = parts;
  const arrival = {
    record,
    metadata: call.metadata,
    bytes: call.request,
    rule,
    now: clock.now(),
  };
  const admitted = admission.admit(arrival);
  if (!admitted.ok) return admitted;
  const ask = readWatchEvents(call.request);
  if (!ask.ok) return ask;
  const caller = admitted.value;
  const who = caller.kind === 'session' ? caller.session.id : caller.kind;
  if ((lines.get(who) ?? 0) >= edge.eventWatchesPerSession) {
    report.limitHit('eventWatchesPerSession');
    return refuse({ reason: 'connection_limit' });
  }
  const line = lineOf(call, record, () => parts.drop(record.peer), edge.connectionAgeGraceMillis);
  const fault = faultOf(parts, caller, clock);
  const subscriber = events.watch(line, { ...ask.value, fault });
  if (subscriber === undefined) return refuse({ reason: 'connection_limit' });
  holdLine(events, call, who, subscriber, lines);
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

/** Counts the line until the call is over, however it ends. */
function holdLine(
  events: EdgeEvents,
  call: EventCall,
  who: SessionId | string,
  subscriber: EventSubscriber,
  lines: Map<string, number>,
): void {
  lines.set(who, (lines.get(who) ?? 0) + 1);
  const release = () => {
    const left = (lines.get(who) ?? 1) - 1;
    if (left > 0) lines.set(who, left);
    else lines.delete(who);
    events.unwatch(subscriber);
  };
  if (call.cancelled) {
    release();
    return;
  }
  let released = false;
  const once = () => {
    if (!released) release();
    released = true;
  };
  // An end in order closes the call without a cancellation.
  call.once('cancelled', once);
  call.once('finish', once);
  call.once('close', once);
}

/** The way to one watcher. */
function lineOf(
  call: EventCall,
  record: CallRecord,
  drop: () => void,
  graceMillis: number,
): EventLine {
  let ended = false;
  return {
    write: (event) => (ended || call.cancelled ? true : call.write(writeWatchEvents(event))),
    onDrain: (resume) => void call.on('drain', resume),
    end(reason) {
      if (ended) return;
      ended = true;
      const status = reason && statusOf({ reason }, record);
      endCall(call, status, { millis: graceMillis, drop });
    },
  };
}
