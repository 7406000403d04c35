import { describe, expect, it } from 'vitest';
import { Reach } from './reach.js';

/** A session acts; gives how many are at work then. */
const busyAfter = (reach: Reach, session: string, atMillis: number) => {
  reach.act(session, atMillis);
  return reach.busy;
};

const many = (count: number) => Array.from({ length: count }, (_, nth) => `d${nth}`);

describe('Reach', () => {
  it('counts destinations once, of all sessions and of the one that reached most, for a minute', () => {
    const reach = new Reach();
    reach.note('a', ['x', 'y'], 0);
    expect(reach.note('b', ['x', 'z'], 1_000)).toEqual({ all: 3, most: 2, sessions: 2 });
    expect(reach.note('b', [], 59_999)).toEqual({ all: 3, most: 2, sessions: 2 });
    expect(reach.note('b', [], 60_000)).toEqual({ all: 2, most: 2, sessions: 1 });
    expect(reach.note('b', [], 120_000)).toEqual({ all: 0, most: 0, sessions: 0 });
  });

  it('says how many sessions are at work: those that have acted again within a minute', () => {
    const reach = new Reach();
    expect(['a', 'b', 'a', 'b', 'c'].map((one, nth) => busyAfter(reach, one, nth))).toEqual([
      0, 0, 1, 2, 2,
    ]);
    expect(busyAfter(reach, 'd', 70_000)).toBe(0);
  });

  // breaks when: one of the bounds is not kept
  it('remembers no more than its bounds, the latest', () => {
    const reach = new Reach();
    expect(reach.note('a', many(10_000), 0).all).toBe(512);
    for (let nth = 0; nth < 1_000; nth += 1) reach.act(`s${nth}`, nth);
    const { acted, reached } = reach.kept();
    expect([acted.length, reached.length]).toEqual([128, 512]);
    expect(acted.at(-1)?.[0]).toBe('s999');
  });

  // breaks when: what was told already is told again with every further destination
  it('gives only what evidence has risen by, and lets it fade', () => {
    const reach = new Reach();
    expect(reach.rise(1, 0)).toBe(1);
    expect(reach.rise(1.01, 0)).toBe(0);
    expect(reach.rise(1.5, 0)).toBeCloseTo(0.5);
    expect(reach.rise(1.5, 60_000)).toBeCloseTo(0.75);
    expect(reach.rise(-3, 70_000)).toBe(0);
  });

  it('goes on as it was kept', () => {
    const reach = new Reach();
    reach.act('a', 1);
    reach.act('a', 2);
    reach.note('a', many(3), 2);
    reach.rise(1, 2);
    const again = new Reach(JSON.parse(JSON.stringify(reach.kept())));
    expect(again.kept()).toEqual(reach.kept());
    expect([busyAfter(again, 'b', 3), again.rise(1, 2)]).toEqual([1, 0]);
  });
});
