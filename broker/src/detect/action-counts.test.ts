import { describe, expect, it } from 'vitest';
import type { Instant } from '../domain/instant.js';
import { sessionIdOf } from '../doubles/ids.js';
import { ActionCounts } from './action-counts.js';

const [a, b, c] = ['a', 'b', 'c'].map(sessionIdOf) as [never, never, never];
const at = 1 as Instant;

describe('counts of actions', () => {
  it('tell allowed and refused uses of a session', () => {
    const counts = new ActionCounts(() => true);
    counts.note(a, 'allowed', at);
    counts.note(a, 'allowed', at);
    counts.note(a, 'refused', at);
    expect(counts.of(a)).toEqual({ allowed: 2, refused: 1 });
    expect(counts.of(b)).toEqual({ allowed: 0, refused: 0 });
  });

  // breaks when: a report that was overtaken makes a session look quieter than it is
  it('tell when a session was used last, in whatever order reports come', () => {
    const counts = new ActionCounts(() => true);
    expect(counts.lastAt(a)).toBeUndefined();
    for (const each of [5, 9, 7]) counts.note(a, 'allowed', each as Instant);
    expect(counts.lastAt(a)).toBe(9);
  });

  // breaks when: the hand does not go round
  it('are forgotten with the session', () => {
    const live = new Set([a, b]);
    const counts = new ActionCounts((id) => live.has(id as never));
    counts.note(a, 'allowed', at);
    counts.note(b, 'allowed', at);
    live.delete(a);
    for (let times = 0; times < 5; times += 1) counts.note(b, 'allowed', at);
    expect(counts.size).toBe(1);
    expect(counts.of(a)).toEqual({ allowed: 0, refused: 0 });
    expect(counts.of(b).allowed).toBe(6);
  });

  it('have a bound, beyond which only those that are counted go on', () => {
    const counts = new ActionCounts(() => true, 2);
    expect([a, b, c, a].map((id) => counts.note(id, 'allowed', at))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(counts.size).toBe(2);
  });
});
