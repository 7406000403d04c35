import { describe, expect, it } from 'vitest';
import { actionOf, sightOf } from '../../doubles/watched-actions.js';
import { breadth, novelty } from './breadth.js';

describe('breadth', () => {
  it('counts a system that the workload has never been at, by what is done there', () => {
    expect(breadth.evidence(sightOf())).toBe(0);
    expect(breadth.evidence(sightOf({ isNewSystem: true, weight: 1 }))).toBeCloseTo(0.7);
  });

  it('counts nothing to a workload that nothing is known of', () => {
    const { limits } = sightOf();
    expect(
      breadth.evidence(sightOf({ isNewSystem: true, limits: { ...limits, confidence: 0 } })),
    ).toBe(0);
  });

  it('says which system, and how many are used', () => {
    const action = actionOf({ resource: 'vault' });
    expect(breadth.words(sightOf({ action }))).toBe(
      'vault is none of the 2 systems that this workload uses',
    );
  });
});

describe('novelty', () => {
  // breaks when: an action counts whether it is new or not
  it('counts an action that the workload has never done, by what it can do', () => {
    expect(novelty.evidence(sightOf({ weight: 1 }))).toBe(0);
    expect(novelty.evidence(sightOf({ isNewAction: true, weight: 1 }))).toBeGreaterThan(
      novelty.evidence(sightOf({ isNewAction: true, weight: 0.1 })),
    );
  });

  it('says which action, and how many are done', () => {
    const words = novelty.words(sightOf({ name: 'vault keys.create' }));
    expect(words).toBe('vault.keys.create (read) is none of the 5 actions that this workload does');
  });
});
