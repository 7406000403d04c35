import { beforeEach, describe, expect, it } from 'vitest';
import type { Sighting } from '../../domain/action.js';
import type { Instant } from '../../domain/instant.js';
import { OrderLine } from './order-line.js';

let judged: string[];
let now: number;
let timers: { readonly at: number; readonly run: () => void }[];

beforeEach(() => {
  [judged, now, timers] = [[], 1_000, []];
});

function line(parts: { readonly holdMillis?: number; readonly most?: number } = {}): OrderLine {
  return new OrderLine({
    judge: ({ id }) => void judged.push(id),
    holdMillis: 40,
    most: 100,
    nowMillis: () => now,
    later: (run, millis) => void timers.push({ at: now + millis, run }),
    ...parts,
  });
}

const seen = (id: string, millis: number): Sighting =>
  ({ id, at: (millis * 1_000) as Instant, seenMillis: millis }) as Sighting;

function pass(millis: number): void {
  now += millis;
  for (const timer of timers.splice(0)) {
    if (timer.at <= now) timer.run();
    else timers.push(timer);
  }
}

describe('OrderLine', () => {
  it('judges in the order of sight what two witnesses send each for itself', () => {
    const order = line();
    for (const [id, at] of [
      ['a', 980],
      ['c', 990],
      ['b', 985],
      ['d', 995],
    ] as const)
      order.put(seen(id, at));
    pass(40);
    // breaks when: #insert appends
    expect(judged).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets nobody wait longer than the hold', () => {
    const order = line();
    order.put(seen('first', 1_000));
    pass(39);
    expect(judged).toEqual([]);
    order.put(seen('late', 1_039));
    pass(1);
    expect(judged).toEqual(['first']);
    pass(40);
    expect(judged).toEqual(['first', 'late']);
  });

  it('judges the earliest at once when too many wait, and drops none', () => {
    const order = line({ most: 2 });
    for (const [id, at] of [
      ['a', 1],
      ['b', 3],
      ['c', 2],
    ] as const)
      order.put(seen(id, 1_000 + at));
    expect(judged).toEqual(['a']);
    order.flush();
    expect(judged).toEqual(['a', 'c', 'b']);
  });

  it('holds nobody when it is not to', () => {
    line({ holdMillis: 0 }).put(seen('now', 1_000));
    expect(judged).toEqual(['now']);
    expect(timers).toEqual([]);
  });

  it('has one timer, and none when nobody waits', () => {
    const order = line();
    for (let nth = 0; nth < 10; nth += 1) order.put(seen(`${nth}`, 900));
    expect(timers.length).toBe(1);
    pass(40);
    expect(timers.length).toBe(0);
  });
});
