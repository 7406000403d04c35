import { type Attributes, createNoopMeter, type Meter, metrics } from '@opentelemetry/api';
import type { CutTold } from '../domain/cut-told.js';
import { brokerMetrics, type MetricWords } from './metric-names.js';

/** What the broker counts and measures as it happens; names, units and words are in `metric-names.ts`. */
export interface Meters {
  /** Whether somebody takes it. */
  readonly isMetered: boolean;
  /** A call by method and outcome: `ok` or a reason. */
  request(method: string, outcome: string): void;
  /** A refusal by a bound, by the bound's name. */
  limitHit(limit: string): void;
  /** A row of the revocation log by kind. */
  logRow(kind: string): void;
  /** A subscriber that was too slow. */
  subscriberLetGo(resource: string): void;
  /** A token that was issued for a registered resource. */
  tokenIssued(resource: string): void;
  /** A token that was refused. */
  tokenRefused(reason: string): void;
  /** A verifier has acknowledged a cut, so many milliseconds after its commit. */
  acknowledged(resource: string, millis: number): void;
  /** So did the last one that was subscribed then. */
  acknowledgedByAll(millis: number): void;
  /** A group commit of so many writes. */
  committed(writes: number, millis: number): void;
  /** What witnesses say and what makes the broker wonder, by kind. */
  signal(kind: string): void;
  /** Observations that were not judged, by cause. */
  observationsDropped(cause: string, count: number): void;
  /** A fact, by kind and by what was done. */
  theftAnswered(fact: string, outcome: string): void;
  /** What did not fit into the watch's memory, by the bound's name. */
  watchBoundHit(bound: string): void;
  /** A response to risk, by level and by what was done. */
  watchDecided(level: string, done: string): void;
  /** What was cut or held, by the kind of its handle, the reason and who. */
  cut(told: Pick<CutTold, 'handle' | 'reason' | 'author'>): void;
  /** An attempt to deliver events, by receiver and what came of it. */
  delivery(target: string, outcome: string): void;
  /** A certificate and its key were read again from their files. */
  certificateSwapped(outcome: 'taken' | 'refused'): void;
  /** Judged actions that were not kept, by cause. */
  historyLost(cause: string, count: number): void;
}

/** Counts nothing: where nobody has installed a meter provider no call makes anything for one. */
export const noMeters: Meters = {
  isMetered: false,
  request() {},
  limitHit() {},
  logRow() {},
  subscriberLetGo() {},
  tokenIssued() {},
  tokenRefused() {},
  acknowledged() {},
  acknowledgedByAll() {},
  committed() {},
  signal() {},
  observationsDropped() {},
  theftAnswered() {},
  watchBoundHit() {},
  watchDecided() {},
  cut() {},
  delivery() {},
  certificateSwapped() {},
  historyLost() {},
};

/** Name of the broker's meter (OpenTelemetry, instrumentation scope). */
export const brokerMeter = 'creance';

/** Makes the counters on the API's global provider; without one there are none. */
export function openMeters(): Meters {
  const meter = metrics.getMeter(brokerMeter);
  return meter === createNoopMeter() ? noMeters : metersOf(meter);
}

function metersOf(meter: Meter): Meters {
  const counter = ({ name, unit, words: description }: MetricWords) => {
    const made = meter.createCounter(name, { unit, description });
    return (attributes: Attributes, count = 1) => made.add(count, attributes);
  };
  const histogram = ({ name, unit, words: description }: MetricWords) => {
    const made = meter.createHistogram(name, { unit, description });
    return (value: number, attributes?: Attributes) => made.record(value, attributes);
  };
  const requests = counter(brokerMetrics.requests);
  const limitHits = counter(brokerMetrics.limitHits);
  const logRows = counter(brokerMetrics.logRows);
  const letGo = counter(brokerMetrics.subscribersLetGo);
  const issued = counter(brokerMetrics.tokensIssued);
  const refused = counter(brokerMetrics.tokensRefused);
  const acknowledged = histogram(brokerMetrics.cutAcknowledged);
  const acknowledgedByAll = histogram(brokerMetrics.cutAcknowledgedByAll);
  const commitWrites = histogram(brokerMetrics.commitWrites);
  const commitMillis = histogram(brokerMetrics.commitDuration);
  const signals = counter(brokerMetrics.signals);
  const dropped = counter(brokerMetrics.observationsDropped);
  const thefts = counter(brokerMetrics.theftsAnswered);
  const bounds = counter(brokerMetrics.watchBounds);
  const decisions = counter(brokerMetrics.watchDecisions);
  const cuts = counter(brokerMetrics.cuts);
  const deliveries = counter(brokerMetrics.deliveries);
  const swaps = counter(brokerMetrics.certificateSwaps);
  const lost = counter(brokerMetrics.historyLost);
  return {
    isMetered: true,
    request: (method, outcome) => requests({ method, outcome }),
    limitHit: (limit) => limitHits({ limit }),
    logRow: (kind) => logRows({ kind }),
    subscriberLetGo: (resource) => letGo({ resource }),
    tokenIssued: (resource) => issued({ resource }),
    tokenRefused: (reason) => refused({ reason }),
    acknowledged: (resource, millis) => acknowledged(millis, { resource }),
    acknowledgedByAll: (millis) => acknowledgedByAll(millis),
    committed(writes, millis) {
      commitWrites(writes);
      commitMillis(millis);
    },
    signal: (kind) => signals({ kind }),
    observationsDropped: (cause, count) => dropped({ cause }, count),
    theftAnswered: (fact, outcome) => thefts({ fact, outcome }),
    watchBoundHit: (bound) => bounds({ bound }),
    watchDecided: (level, done) => decisions({ level, done }),
    cut: ({ handle, reason, author }) => cuts({ handle, reason, author }),
    delivery: (target, outcome) => deliveries({ target, outcome }),
    certificateSwapped: (outcome) => swaps({ outcome }),
    historyLost: (cause, count) => lost({ cause }, count),
  };
}
