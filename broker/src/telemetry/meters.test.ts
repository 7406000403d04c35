import { type Attributes, type MeterProvider, metrics } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { type BrokerFigures, observeFigures } from './gauges.js';
import { noMeters, openMeters } from './meters.js';
import { brokerMetrics } from './metric-names.js';

type Seen = [string, number, Attributes | undefined];
type Observe = (result: { observe(gauge: string, value: number, of?: Attributes): void }) => void;

afterEach(() => {
  metrics.disable();
});

/** A provider that keeps what its instruments are told. */
function keeping() {
  const seen: Seen[] = [];
  const made: string[] = [];
  const callbacks = new Set<Observe>();
  const instrument = (name: string) => {
    made.push(name);
    const keep = (value: number, of?: Attributes) => seen.push([name, value, of]);
    return { add: keep, record: keep };
  };
  const meter = {
    createCounter: instrument,
    createHistogram: instrument,
    createObservableGauge: (name: string) => {
      made.push(name);
      return name;
    },
    addBatchObservableCallback: (observe: Observe) => callbacks.add(observe),
    removeBatchObservableCallback: (observe: Observe) => callbacks.delete(observe),
  };
  const provider = { getMeter: () => meter };
  metrics.setGlobalMeterProvider(provider as unknown as MeterProvider);
  const collect = () => {
    for (const observe of callbacks)
      observe({ observe: (name, value, of) => void seen.push([name, value, of]) });
  };
  return { seen, made, collect };
}

const figures: BrokerFigures = {
  sessionsLive: 3,
  streamsOpen: 2,
  queues: [{ name: 'writes', depth: 1, limit: 10 }],
  feedLag: new Map([['crm', 5]]),
  clockOffMillis: 0,
  certificateSeconds: 90,
};

describe('the meters', () => {
  it('count under their names, with bounded words only', () => {
    const { seen } = keeping();
    const meters = openMeters();
    meters.request('IssueToken', 'scope_not_granted');
    meters.limitHit('connections');
    meters.logRow('handle');
    meters.subscriberLetGo('crm');
    meters.tokenIssued('crm');
    meters.tokenRefused('scope_not_granted');
    meters.acknowledged('crm', 3);
    meters.acknowledgedByAll(4);
    meters.committed(12, 1.5);
    meters.signal('proof_replayed');
    meters.observationsDropped('queue_full', 3);
    meters.theftAnswered('cloned_key', 'tree_suspended');
    meters.cut({ handle: 'session', reason: 'theft', author: 'broker' });
    meters.historyLost('disk', 2);
    expect(seen).toEqual([
      ['creance.requests', 1, { method: 'IssueToken', outcome: 'scope_not_granted' }],
      ['creance.limit.hits', 1, { limit: 'connections' }],
      ['creance.log.rows', 1, { kind: 'handle' }],
      ['creance.feed.subscribers_let_go', 1, { resource: 'crm' }],
      ['creance.tokens.issued', 1, { resource: 'crm' }],
      ['creance.tokens.refused', 1, { reason: 'scope_not_granted' }],
      ['creance.cut.acknowledged', 3, { resource: 'crm' }],
      ['creance.cut.acknowledged_by_all', 4, undefined],
      ['creance.store.commit.writes', 12, undefined],
      ['creance.store.commit.duration', 1.5, undefined],
      ['creance.signals', 1, { kind: 'proof_replayed' }],
      ['creance.observations.dropped', 3, { cause: 'queue_full' }],
      ['creance.thefts.answered', 1, { fact: 'cloned_key', outcome: 'tree_suspended' }],
      ['creance.cuts', 1, { handle: 'session', reason: 'theft', author: 'broker' }],
      ['creance.history.lost', 2, { cause: 'disk' }],
    ]);
  });

  // breaks when: a metric is made that is not on the reference page, or one is there that nobody makes
  it('make every metric that is pinned, and no other', () => {
    const { made } = keeping();
    openMeters();
    observeFigures(() => figures)();
    expect([...made].sort()).toEqual(
      Object.values(brokerMetrics)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('are none at all in a process without a provider', () => {
    expect(openMeters()).toBe(noMeters);
  });
});

describe('the gauges', () => {
  it('read the figures when somebody collects, and not after they were stopped', () => {
    const { seen, collect } = keeping();
    const stop = observeFigures(() => figures);
    collect();
    expect(seen).toContainEqual(['creance.sessions.live', 3, undefined]);
    expect(seen).toContainEqual(['creance.streams.open', 2, undefined]);
    expect(seen).toContainEqual(['creance.queue.depth', 1, { queue: 'writes' }]);
    expect(seen).toContainEqual(['creance.queue.limit', 10, { queue: 'writes' }]);
    expect(seen).toContainEqual(['creance.feed.lag', 5, { resource: 'crm' }]);
    const late = seen.filter(([name]) => name === 'creance.event_loop.delay');
    expect(late.map(([, , of]) => of?.['quantile'])).toEqual(['0.5', '0.99', '1']);
    stop();
    seen.length = 0;
    collect();
    expect(seen).toEqual([]);
  });

  it('read nothing in a process without a provider', () => {
    const stop = observeFigures(() => {
      throw new Error('nobody asked');
    });
    expect(stop).not.toThrow();
  });
});
