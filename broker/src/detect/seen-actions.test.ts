import { beforeEach, describe, expect, it } from 'vitest';
import { sessionIdOf } from '../doubles/ids.js';
import { SeenActions } from './seen-actions.js';

const [a, b, c, agent, thief] = ['a', 'b', 'c', 'agent', 'thief'].map(sessionIdOf) as [
  never,
  never,
  never,
  never,
  never,
];

const told = (witness: never, id: string, session: never = agent) => ({ witness, session, id });

let seen: SeenActions;

beforeEach(() => {
  seen = new SeenActions({ perWitness: 10, all: 100 });
});

const noteMany = (witness: never, from: number, to: number) => {
  for (let at = from; at < to; at += 1) seen.note(told(witness, `${at}`));
};

describe('actions seen', () => {
  // breaks when: an action counts as seen before it was taken
  it('are seen once they are noted, for each witness by itself', () => {
    expect([seen.has(told(a, '1')), seen.has(told(a, '1'))]).toEqual([false, false]);
    seen.note(told(a, '1'));
    expect([seen.has(told(a, '1')), seen.has(told(b, '1'))]).toEqual([true, false]);
  });

  // breaks when: the key leaves the session out
  it('of one session hide none of another under the same id', () => {
    seen.note(told(a, '1', thief));
    seen.note({ ...told(a, '2'), session: undefined });
    expect([seen.has(told(a, '1')), seen.has(told(a, '2'))]).toEqual([false, false]);
    seen.note(told(a, '1'));
    expect([seen.has(told(a, '1')), seen.has(told(a, '1', thief)), seen.size]).toEqual([
      true,
      true,
      3,
    ]);
  });

  it('are remembered for as many more as one witness has room for', () => {
    seen.note(told(a, 'first'));
    noteMany(a, 0, 10);
    expect(seen.has(told(a, 'first'))).toBe(true);
    noteMany(a, 10, 30);
    expect(seen.has(told(a, 'first'))).toBe(false);
  });

  // breaks when: there is one memory for all
  it('of one witness push out none of another', () => {
    seen.note(told(b, 'kept'));
    noteMany(a, 0, 1_000);
    expect(seen.has(told(b, 'kept'))).toBe(true);
    expect(seen.size).toBeLessThanOrEqual(21);
  });

  it('are bounded in all: the witness that was quiet longest is forgotten', () => {
    seen = new SeenActions({ perWitness: 10, all: 20 });
    noteMany(a, 0, 10);
    noteMany(b, 0, 10);
    seen.note(told(a, '0'));
    seen.note(told(c, 'new'));
    expect(seen.size).toBe(12);
    expect([seen.has(told(a, '1')), seen.has(told(b, '1'))]).toEqual([true, false]);
  });
});
