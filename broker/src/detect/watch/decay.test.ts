import { describe, expect, it } from 'vitest';
import { startMillis, stateOf } from '../doubles/watched-actions.js';
import { decay, halfLives } from './decay.js';
import { doubles, evidenceKinds, kindIndex } from './state-layout.js';

function held(kind: keyof typeof halfLives, afterSeconds: readonly number[]): number {
  const slab = stateOf();
  decay(slab, startMillis);
  slab.setEvidence(kindIndex[kind], 1);
  let at = startMillis;
  for (const seconds of afterSeconds) {
    at += seconds * 1_000;
    decay(slab, at);
  }
  return slab.evidence(kindIndex[kind]);
}

describe('decay', () => {
  it.each(evidenceKinds)('halves %s in its half-life, when something goes on', (kind) => {
    const tens = Array.from({ length: halfLives[kind] / 10 }, () => 10);
    expect(held(kind, tens)).toBeCloseTo(0.5, 4);
  });

  // breaks when: longestGapSeconds is left out
  it('lets a gap of an hour count as one of 30 seconds', () => {
    expect(held('chain', [3_600])).toBe(held('chain', [30]));
  });

  it('does not fade by what comes out of order, or has no time', () => {
    expect(held('pace', [0, -5])).toBe(1);
    const slab = stateOf();
    slab.setEvidence(0, 1);
    decay(slab, undefined);
    expect([slab.evidence(0), slab.time(doubles.last)]).toEqual([1, 0]);
  });

  it('does not fade up to the first action', () => {
    const slab = stateOf();
    slab.setEvidence(0, 1);
    decay(slab, startMillis);
    expect([slab.evidence(0), slab.time(doubles.last)]).toEqual([1, startMillis]);
  });
});
