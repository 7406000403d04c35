import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contradiction } from '../domain/fact.js';
import { type LimitName, limits } from '../domain/limits.js';
import { sessionIdOf, thumbprintOfName } from '../doubles/ids.js';
import { type CounterBounds, Counters } from './counters.js';
import type { Mark } from './mark.js';

const session = sessionIdOf('agent');
const key = thumbprintOfName('agent');
const sources = ['broker', 'crm', 'mail'];

function open(bounds?: Partial<CounterBounds>) {
  const hits: LimitName[] = [];
  const counters = new Counters({
    hashOf: (text) => `hash of ${text}`,
    limitHit: (name) => void hits.push(name),
    ...(bounds && { bounds: { perKey: 1_024, all: 200_000, seconds: 300, ...bounds } }),
  });
  return { counters, hits };
}

/** A proof with a hash of its own for each maker. */
function mark(counter: number, issuedAt: number, parts: Partial<Mark> & { maker?: string } = {}) {
  const { maker = 'honest', ...rest } = parts;
  const source = rest.source ?? 'crm';
  const name = `${maker} ${counter} ${issuedAt}`;
  const own = source === 'broker' ? { text: name } : { hash: `hash of ${name}` };
  const nothing = { text: undefined, hash: undefined, witness: undefined, seenMillis: 0 };
  return { counter, issuedAt, source, ...nothing, ...own, ...rest } as Mark;
}

/** The proofs of one maker: counters from a start, times that never go back. */
const history = (maker: string, from: number, start: number) =>
  fc
    .array(fc.record({ skipped: fc.nat(3), later: fc.nat(4) }), { minLength: 1, maxLength: 30 })
    .map((steps) => {
      let [counter, issuedAt] = [from, start];
      return steps.map(({ skipped, later }) => {
        counter += 1 + skipped;
        issuedAt += later;
        return { counter, issuedAt, maker };
      });
    });

/** Any order, any repetition, any witness. */
const seenSomehow = <T>(proofs: readonly T[]) =>
  fc.array(fc.tuple(fc.constantFrom(...proofs), fc.constantFrom(...sources)), {
    minLength: 1,
    maxLength: 90,
  });

describe('the counters of one honest maker', () => {
  // breaks when: a neighbour with the same time counts as later, or the order of arrival counts
  it('never raise a suspicion, however they are mixed, repeated, delayed or lost', () => {
    const seen = history('honest', 0, 1_000).chain(seenSomehow);
    fc.assert(
      fc.property(seen, (arrivals) => {
        const { counters } = open();
        for (const [{ counter, issuedAt, maker }, source] of arrivals) {
          expect(counters.note(session, key, mark(counter, issuedAt, { maker, source }))).toEqual(
            [],
          );
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('never raise one when the maker does not count at all', () => {
    const { counters } = open();
    for (const issuedAt of [5, 1, 9, 9, 3]) {
      expect(counters.note(session, key, mark(0, issuedAt, { maker: `${issuedAt}` }))).toEqual([]);
    }
  });

  it('start anew with another key of the session', () => {
    const { counters } = open();
    counters.note(session, key, mark(57, 100));
    const fresh = thumbprintOfName('fresh');
    expect(counters.note(session, fresh, mark(1, 200))).toEqual([]);
    expect(counters.size).toBe(1);
  });
});

describe('the counters of two makers from one copied state', () => {
  // breaks when: a line is compared with its last mark only, or with other sources not at all
  it('are found as soon as both have said something that contradicts', () => {
    const makers = fc.tuple(history('honest', 10, 1_000), history('thief', 10, 1_000));
    const seen = makers.chain(([one, other]) => seenSomehow([...one, ...other]));
    fc.assert(
      fc.property(seen, (arrivals) => {
        const { counters } = open();
        const before: { counter: number; issuedAt: number; maker: string }[] = [];
        for (const [proof, source] of arrivals) {
          const { counter, issuedAt, maker } = proof;
          const found = counters.note(session, key, mark(counter, issuedAt, { maker, source }));
          const expected = before.some(
            (other) => other.maker !== maker && contradiction(other, proof) !== undefined,
          );
          expect(found.length > 0).toBe(expected);
          if (expected) return;
          before.push(proof);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('are found when one of them does not count', () => {
    const { counters } = open();
    counters.note(session, key, mark(7, 100));
    expect(counters.note(session, key, mark(0, 100, { maker: 'thief' }))).toEqual([]);
    const [pair] = counters.note(session, key, mark(0, 101, { maker: 'thief' }));
    expect(pair?.marks.map(({ counter }) => counter)).toEqual([7, 0]);
    const later = open().counters;
    later.note(session, key, mark(0, 101, { maker: 'thief' }));
    expect(later.note(session, key, mark(7, 100))).toHaveLength(1);
  });

  it('are compared by their bytes when the broker has seen both', () => {
    const { counters } = open();
    counters.note(session, key, mark(7, 100, { source: 'broker' }));
    expect(counters.note(session, key, mark(7, 100, { source: 'broker' }))).toEqual([]);
    expect(counters.note(session, key, mark(7, 100))).toEqual([]);
    const thief = mark(7, 100, { source: 'broker', maker: 'thief' });
    expect(counters.note(session, key, thief)[0]?.session).toBe(session);
  });
});

describe('a proof that contradicts its own line', () => {
  // breaks when: it is remembered all the same: then a neighbour does not tell for all any more
  it('is not remembered, so that what follows it is found too', () => {
    const { counters } = open();
    counters.note(session, key, mark(5, 100));
    const thief = { maker: 'thief' };
    expect(counters.note(session, key, mark(9, 50, thief))).toHaveLength(1);
    expect(counters.note(session, key, mark(10, 60, thief))).toHaveLength(1);
    expect(counters.note(session, key, mark(6, 100))).toEqual([]);
  });
});

describe('a resource that invents counters', () => {
  // breaks when: all sources share one line
  it('hides nothing of what others have seen', () => {
    const { counters } = open();
    for (let counter = 1; counter <= 20; counter += 1) {
      counters.note(session, key, mark(counter, 100 + counter));
      counters.note(session, key, mark(counter + 1e9, 50 + counter, { source: 'evil' }));
      counters.note(session, key, mark(counter, 9_000 - counter, { source: 'evil', maker: 'e' }));
    }
    const pairs = counters.note(session, key, mark(5, 999, { maker: 'thief', source: 'mail' }));
    expect(pairs.map(({ marks }) => marks[0].source)).toContain('crm');
  });

  // breaks when: the oldest of the whole key makes room, whoever has seen it
  it('displaces only what it has said itself', () => {
    const { counters } = open({ perKey: 100 });
    for (let at = 1; at <= 20; at += 1) counters.note(session, key, mark(at, 100));
    for (let at = 1; at <= 5_000; at += 1) {
      counters.note(session, key, mark(at, 100, { source: 'evil', maker: 'evil' }));
    }
    expect(counters.size).toBe(100);
    expect(
      counters.note(session, key, mark(1, 100, { maker: 'thief', source: 'mail' })),
    ).not.toEqual([]);
  });

  it('makes nobody forget by saying the same again', () => {
    const { counters } = open({ perKey: 10 });
    for (let at = 1; at <= 9; at += 1) counters.note(session, key, mark(at, 100));
    const same = mark(20, 100, { source: 'evil' });
    for (let at = 0; at < 100; at += 1) counters.note(session, key, same);
    expect(
      counters.note(session, key, mark(1, 100, { maker: 'thief', source: 'mail' })),
    ).toHaveLength(1);
  });

  // breaks when: the share of a source is not bounded
  it('cannot use up the memory of all sessions', () => {
    const { counters, hits } = open({ all: 400 });
    for (let at = 0; at < 1_000; at += 1) {
      counters.note(sessionIdOf(at), key, mark(1, 100, { source: 'evil' }));
    }
    expect(counters.size).toBe(100);
    expect(new Set(hits)).toEqual(new Set(['counters']));
    counters.note(session, key, mark(1, 100));
    expect(counters.note(session, key, mark(1, 100, { maker: 'thief' }))).toHaveLength(1);
  });
});

describe('remembered proofs', () => {
  it('are as many of one key as the bound says, the latest', () => {
    const { counters } = open();
    for (let at = 1; at <= limits.countersPerKey + 5; at += 1) {
      counters.note(session, key, mark(at, 100));
    }
    expect(counters.size).toBe(limits.countersPerKey);
    const thief = { maker: 'thief', source: 'mail' };
    expect(counters.note(session, key, mark(3, 100, thief))).toEqual([]);
    expect(counters.note(session, key, mark(10, 100, thief))).toHaveLength(1);
  });

  it('are forgotten after their time, also when their session is never heard of again', () => {
    const { counters } = open({ seconds: 300 });
    for (let at = 0; at < 50; at += 1) counters.note(sessionIdOf(at), key, mark(1, 100));
    const later = { seenMillis: 300_001 };
    for (let at = 0; at < 60; at += 1) counters.note(session, key, mark(at + 1, 100, later));
    expect(counters.size).toBe(60);
  });

  it('are forgotten by name', () => {
    const { counters } = open();
    const wrong = mark(9, 100);
    counters.note(session, key, wrong);
    counters.remove(session, wrong);
    expect(counters.size).toBe(0);
    counters.note(session, key, mark(1, 100));
    counters.forget(session);
    expect(counters.note(session, key, mark(1, 100, { maker: 'thief' }))).toEqual([]);
  });
});
