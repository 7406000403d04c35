import { describe, expect, it } from 'vitest';
import { sessionIdOf } from '../doubles/ids.js';
import { SeenActions } from './seen-actions.js';

const [a, b, c] = ['a', 'b', 'c'].map(sessionIdOf) as [never, never, never];

describe('actions seen', () => {
  it('are fresh once for each witness', () => {
    const seen = new SeenActions({ perWitness: 10, all: 100 });
    expect([seen.isFresh(a, '1'), seen.isFresh(a, '1'), seen.isFresh(b, '1')]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('are remembered for as many more as one witness has room for', () => {
    const seen = new SeenActions({ perWitness: 10, all: 100 });
    seen.isFresh(a, 'first');
    for (let at = 0; at < 10; at += 1) seen.isFresh(a, `${at}`);
    expect(seen.isFresh(a, 'first')).toBe(false);
    for (let at = 10; at < 30; at += 1) seen.isFresh(a, `${at}`);
    expect(seen.isFresh(a, 'first')).toBe(true);
  });

  // breaks when: there is one memory for all
  it('of one witness push out none of another', () => {
    const seen = new SeenActions({ perWitness: 10, all: 100 });
    seen.isFresh(b, 'kept');
    for (let at = 0; at < 1_000; at += 1) seen.isFresh(a, `${at}`);
    expect(seen.isFresh(b, 'kept')).toBe(false);
    expect(seen.size).toBeLessThanOrEqual(21);
  });

  it('are bounded in all: the witness that was quiet longest is forgotten', () => {
    const seen = new SeenActions({ perWitness: 10, all: 20 });
    for (const witness of [a, b]) {
      for (let at = 0; at < 10; at += 1) seen.isFresh(witness, `${at}`);
    }
    seen.isFresh(a, '0');
    seen.isFresh(c, 'new');
    expect(seen.size).toBe(11);
    expect([seen.isFresh(a, '1'), seen.isFresh(b, '1')]).toEqual([false, true]);
  });
});
