import { type Attributes, metrics } from '@opentelemetry/api';
import type { CutTold } from '../domain/cut-told.js';

/** The broker's counters, by their names; no-ops until a process installs a meter provider. */
export interface Meters {
  /** `creance.requests`: calls by method and outcome (`ok` or a reason). */
  request(method: string, outcome: string): void;
  /** `creance.limit.hits`: refusals by a bound, by the bound's name. */
  limitHit(limit: string): void;
  /** `creance.log.rows`: rows of the revocation log by kind. */
  logRow(kind: string): void;
  /** `creance.feed.subscribers_let_go`: subscribers that were too slow. */
  subscriberLetGo(resource: string): void;
  /** `creance.signals`: what witnesses say and what makes the broker wonder, by kind. */
  signal(kind: string): void;
  /** `creance.observations.dropped`: observations that were not judged, by cause. */
  observationsDropped(cause: string, count: number): void;
  /** `creance.thefts.answered`: facts, by kind and by what was done. */
  theftAnswered(fact: string, outcome: string): void;
  /** `creance.watch.bounds`: what did not fit into the watch's memory, by the bound's name. */
  watchBoundHit(bound: string): void;
  /** `creance.watch.decisions`: responses to risk, by level and by what was done. */
  watchDecided(level: string, done: string): void;
  /** `creance.cuts`: what was cut or held, by the kind of its handle, the reason and who. */
  cut(told: Pick<CutTold, 'handle' | 'reason' | 'author'>): void;
  /** `creance.deliveries`: attempts to deliver events, by receiver and what came of them. */
  delivery(target: string, outcome: string): void;
  /** `creance.history.lost`: judged actions that were not kept, by cause. */
  historyLost(cause: string, count: number): void;
}

/** Makes the counters on the API's global provider. */
export function openMeters(): Meters {
  const meter = metrics.getMeter('creance');
  const counter = (name: string, description: string) => {
    const made = meter.createCounter(name, { description });
    return (attributes: Attributes, count = 1) => made.add(count, attributes);
  };
  const requests = counter('creance.requests', 'calls by method and outcome');
  const limitHits = counter('creance.limit.hits', 'refusals by a bound');
  const logRows = counter('creance.log.rows', 'rows of the revocation log');
  const signals = counter('creance.signals', 'signals by kind');
  const dropped = counter('creance.observations.dropped', 'observations that were not judged');
  const thefts = counter('creance.thefts.answered', 'facts by kind and answer');
  const bounds = counter('creance.watch.bounds', 'what did not fit into the memory of the watch');
  const decisions = counter('creance.watch.decisions', 'responses to risk by level and outcome');
  const lost = counter('creance.history.lost', 'judged actions that were not kept');
  const cuts = counter('creance.cuts', 'what was cut or held');
  const deliveries = counter('creance.deliveries', 'attempts to deliver events to receivers');
  const letGo = counter('creance.feed.subscribers_let_go', 'subscribers that were too slow');
  return {
    request: (method, outcome) => requests({ method, outcome }),
    limitHit: (limit) => limitHits({ limit }),
    logRow: (kind) => logRows({ kind }),
    subscriberLetGo: (resource) => letGo({ resource }),
    signal: (kind) => signals({ kind }),
    observationsDropped: (cause, count) => dropped({ cause }, count),
    theftAnswered: (fact, outcome) => thefts({ fact, outcome }),
    watchBoundHit: (bound) => bounds({ bound }),
    watchDecided: (level, done) => decisions({ level, done }),
    cut: ({ handle, reason, author }) => cuts({ handle, reason, author }),
    delivery: (target, outcome) => deliveries({ target, outcome }),
    historyLost: (cause, count) => lost({ cause }, count),
  };
}
