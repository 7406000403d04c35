import { describe, expect, it } from 'vitest';
import { sightOf } from '../../doubles/watched-actions.js';
import { origin } from './origin.js';

const { origin: calm } = sightOf();
const of = (over: Partial<typeof calm>) =>
  origin.evidence(sightOf({ origin: { ...calm, ...over } }));

describe('origin', () => {
  it('is silent about what is usual', () => {
    expect(of({})).toBe(0);
  });

  // breaks when: a valid proof does not lower the terms
  it.each([
    ['a network', { newNetwork: 'workload' }, 0.25, 0.9],
    ['a network of the workload', { newNetwork: 'session' }, 0.1, 0.3],
    ['a client', { newClient: true }, 0.2, 0.8],
    ['turns of two networks', { isInterleaved: true }, 0.05, 0.7],
  ] as const)('counts %s little with a valid proof, much without', (_, over, bound, unbound) => {
    expect(of(over)).toBeCloseTo(bound);
    expect(of({ ...over, isUnbound: true })).toBeCloseTo(unbound);
  });

  it('counts a missing proof once, and new origins by how well the usual ones are known', () => {
    expect(of({ isUnbound: true })).toBe(0);
    expect(of({ isUnbound: true, isFirstUnbound: true })).toBeCloseTo(0.9);
    expect(of({ newNetwork: 'workload', isUnbound: true, confidence: 0.5 })).toBeCloseTo(0.45);
  });

  it('says what is new, and whether there was a proof', () => {
    const sight = {
      ...calm,
      newNetwork: 'workload',
      newClient: true,
      isInterleaved: true,
      isUnbound: true,
    } as const;
    expect(origin.words(sightOf({ origin: sight }))).toBe(
      'from a network that this workload has not used, by a client that this workload does not use, two networks take turns, with no valid proof (origins known to 100.0 %)',
    );
  });
});
