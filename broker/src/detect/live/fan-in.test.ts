import type { SessionId } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { FanIn, type FanInUse } from './fan-in.js';

function use(nth: number, more: Partial<FanInUse> = {}): FanInUse {
  return {
    network: '203.0.113.0/24',
    client: 'python-requests',
    workload: `workload-${nth}`,
    session: `session-${nth}` as SessionId,
    isKnown: false,
    atMillis: 1_000 * nth,
    ...more,
  };
}

describe('FanIn', () => {
  it('names all sessions once five workloads come from a place that they do not know', () => {
    const fanIn = new FanIn();
    for (let nth = 1; nth <= 4; nth += 1) expect(fanIn.note(use(nth))).toEqual([]);
    // breaks when: workloadsFrom is 6
    expect(fanIn.note(use(5))).toEqual([1, 2, 3, 4, 5].map((nth) => `session-${nth}`));
  });

  it('names each session once a minute', () => {
    const fanIn = new FanIn();
    for (let nth = 1; nth <= 5; nth += 1) fanIn.note(use(nth));
    expect(fanIn.note(use(5, { atMillis: 6_000 }))).toEqual([]);
    expect(fanIn.note(use(6))).toEqual(['session-6']);
  });

  it('says nothing of a gateway that the workloads have always come through', () => {
    const fanIn = new FanIn();
    for (let nth = 1; nth <= 20; nth += 1)
      expect(fanIn.note(use(nth, { isKnown: nth > 3 }))).toEqual([]);
  });

  it('forgets visitors after a minute', () => {
    const fanIn = new FanIn();
    for (let nth = 1; nth <= 5; nth += 1)
      expect(fanIn.note(use(nth, { atMillis: nth * 61_000 }))).toEqual([]);
  });

  it('remembers no more visitors of a place than its bound, and says nothing of the others', () => {
    const fanIn = new FanIn();
    for (let nth = 1; nth <= 64; nth += 1) fanIn.note(use(nth, { atMillis: 0 }));
    expect(fanIn.note(use(65, { atMillis: 0 }))).toEqual([]);
  });
});
