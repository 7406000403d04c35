import { type Attributes, metrics } from '@opentelemetry/api';

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
}

/** Makes the counters on the API's global provider. */
export function openMeters(): Meters {
  const meter = metrics.getMeter('creance');
  const counter = (name: string, description: string) => {
    const made = meter.createCounter(name, { description });
    return (attributes: Attributes) => made.add(1, attributes);
  };
  const requests = counter('creance.requests', 'calls by method and outcome');
  const limitHits = counter('creance.limit.hits', 'refusals by a bound');
  const logRows = counter('creance.log.rows', 'rows of the revocation log');
  const letGo = counter('creance.feed.subscribers_let_go', 'subscribers that were too slow');
  return {
    request: (method, outcome) => requests({ method, outcome }),
    limitHit: (limit) => limitHits({ limit }),
    logRow: (kind) => logRows({ kind }),
    subscriberLetGo: (resource) => letGo({ resource }),
  };
}
