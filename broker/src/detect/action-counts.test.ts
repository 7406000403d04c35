import { describe, expect, it } from 'vitest';
import { sessionIdOf } from '../doubles/ids.js';
import { ActionCounts } from './action-counts.js';

const [a, b, c] = ['a', 'b', 'c'].map(sessionIdOf) as [never, never, never];

describe('counts of actions', () => {
  it('tell allowed and refused uses of a session', () => {
    const counts = new ActionCounts(() => true);
    counts.note(a, 'allowed');
    counts.note(a, 'allowed');
    counts.note(a, 'refused');
    expect(counts.of(a)).toEqual({ allowed: 2, refused: 1 });
    expect(counts.of(b)).toEqual({ allowed: 0, refused: 0 });
  });

  // breaks when: the hand does not go round
  it('are forgotten with the session', () => {
    const live = new Set([a, b]);
    const counts = new ActionCounts((id) => live.has(id as never));
    counts.note(a, 'allowed');
    counts.note(b, 'allowed');
    live.delete(a);
    for (let at = 0; at < 5; at += 1) counts.note(b, 'allowed');
    expect(counts.size).toBe(1);
    expect(counts.of(a)).toEqual({ allowed: 0, refused: 0 });
    expect(counts.of(b).allowed).toBe(6);
  });

  it('have a bound, beyond which only those that are counted go on', () => {
    const counts = new ActionCounts(() => true, 2);
    expect([a, b, c, a].map((id) => counts.note(id, 'allowed'))).toEqual([true, true, false, true]);
    expect(counts.size).toBe(2);
  });
});
