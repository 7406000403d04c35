import { ok, type Result, refuse } from '@creance/proto';
import { sessionOf } from '../commands/call.js';
import type { Denial } from '../domain/denial.js';
import type { CurrentRegistry } from '../domain/registry.js';
import type { Feed } from '../feed/feed.js';
import type { Openings } from '../feed/opening.js';
import type { ProvedRule } from './admission.js';
import type { CallRecord } from './call-record.js';
import { readSubscribe } from './convert-verifier.js';
import type { RawServerStream } from './health.js';
import type { Pipeline } from './pipeline.js';
import { OpenStreams, type StreamedCall, serverStream, streamLine } from './server-stream.js';

/** Parts of VerifierService.Subscribe. */
export interface SubscribeParts {
  readonly rule: ProvedRule;
  readonly feed: Pick<Feed, 'standing' | 'subscribe' | 'unsubscribe'>;
  readonly openings: Openings;
  readonly registry: CurrentRegistry;
  /** Closes the connection of a peer that does not let its stream end. */
  readonly drop: (peer: string) => void;
}

/** Opens a subscription for each call: one Opening, then the feed, then a typed end. */
export function subscribe(pipeline: Pipeline, parts: SubscribeParts): RawServerStream {
  const streams = new OpenStreams();
  return serverStream(pipeline, (call, record) => open(pipeline, parts, call, record, streams));
}

function open(
  { admission, clock, isDraining, report, limits }: Pipeline,
  parts: SubscribeParts,
  call: StreamedCall,
  record: CallRecord,
  streams: OpenStreams,
): Result<void, Denial> {
  if (isDraining()) return refuse({ reason: 'shutting_down' });
  const { rule, registry, openings, feed } = parts;
  const now = clock.now();
  const arrival = { record, metadata: call.metadata, bytes: call.request, rule, now };
  const admitted = admission.admit(arrival);
  if (!admitted.ok) return admitted;
  const ask = readSubscribe(call.request);
  if (!ask.ok) return ask;
  const { id, name } = sessionOf({ ...record, now, caller: admitted.value });
  const resource = registry().resources.get(name);
  if (resource === undefined) return refuse({ reason: 'workload_not_registered' });
  if (streams.of(id) >= limits.subscriptionsPerSession) {
    report.limitHit('subscriptionsPerSession');
    return refuse({ reason: 'connection_limit' });
  }
  call.write(openings.make(resource, ask.value.nonce, feed.standing(ask.value.held)));
  const graceMillis = limits.connectionAgeGraceMillis;
  const line = streamLine(call, (bytes: Buffer) => bytes, {
    record,
    graceMillis,
    drop: () => parts.drop(record.peer),
  });
  const subscriber = feed.subscribe({ session: id, resource: name }, line, ask.value.after);
  if (subscriber === undefined) {
    report.limitHit('subscribers');
    return refuse({ reason: 'connection_limit' });
  }
  streams.hold(id, call, () => feed.unsubscribe(subscriber));
  return ok(undefined);
}
