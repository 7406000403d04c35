import { ok, type Result, refuse, type SessionId } from '@creance/proto';
import type { ServerWritableStream } from '@grpc/grpc-js';
import { sessionOf } from '../commands/call.js';
import type { Denial } from '../domain/denial.js';
import type { CurrentRegistry } from '../domain/registry.js';
import type { Session } from '../domain/session.js';
import type { Feed } from '../feed/feed.js';
import type { Openings } from '../feed/opening.js';
import type { Subscriber, SubscriberLine } from '../feed/subscriber.js';
import type { ProvedRule } from './admission.js';
import { type CallRecord, recordOf } from './call-record.js';
import { readSubscribe } from './convert-verifier.js';
import { endCall } from './end-call.js';
import type { RawServerStream } from './health.js';
import { attempt, type Pipeline, refusalStatus } from './pipeline.js';
import { statusOf } from './status.js';

/** Parts of VerifierService.Subscribe. */
export interface SubscribeParts {
  readonly rule: ProvedRule;
  readonly feed: Pick<Feed, 'subscribe' | 'unsubscribe'>;
  readonly openings: Openings;
  readonly registry: CurrentRegistry;
  /** Closes the connection of a peer that does not let its stream end. */
  readonly drop: (peer: string) => void;
}

type FeedCall = ServerWritableStream<Buffer, Buffer>;

/** Opens a subscription for each call: one Opening, then the feed, then a typed end. */
export function subscribe(pipeline: Pipeline, parts: SubscribeParts): RawServerStream {
  const lines = new Map<SessionId, number>();
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
  { admission, clock, isDraining, report, limits }: Pipeline,
  parts: SubscribeParts,
  call: FeedCall,
  record: CallRecord,
  lines: Map<SessionId, number>,
): Result<void, Denial> {
  if (isDraining()) return refuse({ reason: 'shutting_down' });
  const { rule, registry, openings } = parts;
  const now = clock.now();
  const arrival = { record, metadata: call.metadata, bytes: call.request, rule, now };
  const admitted = admission.admit(arrival);
  if (!admitted.ok) return admitted;
  const ask = readSubscribe(call.request);
  if (!ask.ok) return ask;
  const session = sessionOf({ ...record, now, caller: admitted.value });
  const resource = registry().resources.get(session.name);
  if (resource === undefined) return refuse({ reason: 'workload_not_registered' });
  const taken = lines.get(session.id) ?? 0;
  if (taken >= limits.subscriptionsPerSession) {
    report.limitHit('subscriptionsPerSession');
    return refuse({ reason: 'connection_limit' });
  }
  call.write(openings.make(resource, ask.value.nonce));
  const graceMillis = limits.connectionAgeGraceMillis;
  const line = lineOf(call, record, () => parts.drop(record.peer), graceMillis);
  const subscriber = parts.feed.subscribe(
    { session: session.id, resource: resource.name },
    line,
    ask.value.after,
  );
  if (subscriber === undefined) {
    report.limitHit('subscribers');
    return refuse({ reason: 'connection_limit' });
  }
  holdLine(parts, call, session, subscriber, lines);
  return ok(undefined);
}

/** Counts the line until the call is over, however it ends. */
function holdLine(
  { feed }: SubscribeParts,
  call: FeedCall,
  { id }: Session,
  subscriber: Subscriber,
  lines: Map<SessionId, number>,
): void {
  lines.set(id, (lines.get(id) ?? 0) + 1);
  const release = () => {
    const left = (lines.get(id) ?? 1) - 1;
    if (left > 0) lines.set(id, left);
    else lines.delete(id);
    feed.unsubscribe(subscriber);
  };
  if (call.cancelled) release();
  else call.once('cancelled', release);
}

/** The way to one verifier. */
function lineOf(
  call: FeedCall,
  record: CallRecord,
  drop: () => void,
  graceMillis: number,
): SubscriberLine {
  let ended = false;
  return {
    write: (bytes) => (ended || call.cancelled ? true : call.write(bytes)),
    onDrain: (resume) => void call.on('drain', resume),
    end(reason) {
      if (ended) return;
      ended = true;
      const status = reason && statusOf({ reason }, record);
      endCall(call, status, { millis: graceMillis, drop });
    },
  };
}
