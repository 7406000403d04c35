import { describe, expect, it } from 'vitest';
import { Chain } from './chain.js';

const learned = (most = 100, onFull = () => {}) => {
  const chain = new Chain(most, onFull);
  for (let times = 0; times < 30; times += 1) {
    chain.learn(1, Chain.start, Chain.start);
    chain.learn(2, 1, Chain.start);
    chain.learn(3, 2, 1);
  }
  return chain;
};

describe('Chain', () => {
  it('is little surprised by what always followed, much by what never did', () => {
    const chain = learned();
    expect(chain.bits(2, 1, Chain.start, 3)).toBeLessThan(0.5);
    expect(chain.bits(3, 1, Chain.start, 3)).toBeGreaterThan(5);
  });

  // breaks when: the blend of order 2 is left out
  it('tells by the last two what the last one alone does not tell', () => {
    const chain = learned();
    for (let times = 0; times < 30; times += 1) chain.learn(4, 2, 5);
    expect(chain.bits(4, 2, 5, 4)).toBeLessThan(chain.bits(4, 2, 1, 4) - 3);
  });

  it('gives a probability: over all actions they sum to one and no more', () => {
    const chain = learned();
    const known = 3;
    const sum = Array.from({ length: known + 20 }, (_, id) => 2 ** -chain.bits(id, 1, 2, known));
    expect(sum.reduce((all, one) => all + one, 0)).toBeCloseTo(1, 9);
  });

  it('says how often a step was seen after which', () => {
    expect(learned().seen(2, 1)).toEqual({ of: 30, times: 30 });
    expect(learned().seen(3, 1)).toEqual({ of: 30, times: 0 });
  });

  // breaks when: #count learns a new step although it is full
  it('learns no new step beyond its bound, counts the hit, and still learns the old ones', () => {
    let hits = 0;
    const chain = learned(9, () => {
      hits += 1;
    });
    chain.learn(7, 3, 2);
    expect([chain.size, hits]).toEqual([9, 3]);
    chain.learn(2, 1, Chain.start);
    expect(chain.seen(2, 1).times).toBe(31);
  });

  it('fades, and forgets what counts for almost nothing', () => {
    const chain = learned();
    chain.fade(0.5);
    expect(chain.seen(2, 1)).toEqual({ of: 15, times: 15 });
    chain.fade(0.001);
    expect([chain.size, chain.rows()]).toEqual([0, [[], [], []]]);
  });

  it('comes to the same after it was kept', () => {
    const other = new Chain(100, () => {});
    other.restore(learned().rows());
    for (const id of [1, 2, 3, 4])
      expect(other.bits(id, 2, 1, 3)).toBe(learned().bits(id, 2, 1, 3));
    expect(other.size).toBe(learned().size);
  });
});
