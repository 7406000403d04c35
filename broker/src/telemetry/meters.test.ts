import { type Attributes, type MeterProvider, metrics } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { openMeters } from './meters.js';

afterEach(() => {
  metrics.disable();
});

/** A provider that keeps what its counters count. */
function keeping(): { counted: [string, number, Attributes | undefined][] } {
  const counted: [string, number, Attributes | undefined][] = [];
  const createCounter = (name: string) => ({
    add: (value: number, attributes?: Attributes) => counted.push([name, value, attributes]),
  });
  const provider = { getMeter: () => ({ createCounter }) };
  metrics.setGlobalMeterProvider(provider as unknown as MeterProvider);
  return { counted };
}

describe('the meters', () => {
  it('count under their names, with bounded words only', () => {
    const { counted } = keeping();
    const meters = openMeters();
    meters.request('IssueToken', 'scope_not_granted');
    meters.limitHit('connections');
    meters.logRow('handle');
    meters.subscriberLetGo('crm');
    meters.signal('proof_replayed');
    meters.observationsDropped('queue_full', 3);
    meters.theftAnswered('cloned_key', 'tree_suspended');
    meters.historyLost('disk', 2);
    expect(counted).toEqual([
      ['creance.requests', 1, { method: 'IssueToken', outcome: 'scope_not_granted' }],
      ['creance.limit.hits', 1, { limit: 'connections' }],
      ['creance.log.rows', 1, { kind: 'handle' }],
      ['creance.feed.subscribers_let_go', 1, { resource: 'crm' }],
      ['creance.signals', 1, { kind: 'proof_replayed' }],
      ['creance.observations.dropped', 3, { cause: 'queue_full' }],
      ['creance.thefts.answered', 1, { fact: 'cloned_key', outcome: 'tree_suspended' }],
      ['creance.history.lost', 2, { cause: 'disk' }],
    ]);
  });

  it('do nothing, and throw nothing, in a process without a provider', () => {
    const meters = openMeters();
    expect(() => meters.request('IssueToken', 'ok')).not.toThrow();
  });
});
