import { describe, expect, it } from 'vitest';
import { actionOf, sightOf } from '../../doubles/watched-actions.js';
import { declared, destination } from './destination.js';

const action = (isDeclared: boolean | undefined) => actionOf({ isDeclared, destinations: ['eve'] });

describe('destination', () => {
  it('counts new destinations where no task was declared, known ones of other actions half', () => {
    const whole = destination.evidence(
      sightOf({ action: action(undefined), newPairs: 1, weight: 0.5 }),
    );
    expect(whole).toBeGreaterThan(0);
    expect(
      destination.evidence(
        sightOf({ action: action(undefined), newPairsElsewhereKnown: 1, weight: 0.5 }),
      ),
    ).toBeCloseTo(whole / 2);
    expect(destination.evidence(sightOf({ action: action(undefined) }))).toBe(0);
  });

  it('leaves a declared task to the other detector', () => {
    for (const isDeclared of [true, false])
      expect(destination.evidence(sightOf({ action: action(isDeclared), newPairs: 3 }))).toBe(0);
  });

  it('says how many there are, and how many are usual', () => {
    expect(destination.words(sightOf({ name: 'mail send', newPairs: 2 }))).toBe(
      'mail.send reached 2 destinations that are none of the 1 that this workload reaches',
    );
  });
});

describe('declared', () => {
  // breaks when: confidence is a factor of it
  it('counts what the task does not name, whatever is known of the workload', () => {
    const { limits } = sightOf();
    const cold = { ...limits, confidence: 0 };
    const outside = sightOf({ action: action(false), newPairs: 1, weight: 0.5, limits: cold });
    expect(declared.evidence(outside)).toBeGreaterThan(0.5);
    expect(declared.evidence(sightOf({ action: action(true), newPairs: 1 }))).toBe(0);
    expect(declared.evidence(sightOf({ action: action(undefined), newPairs: 1 }))).toBe(0);
  });

  it('says how many the task does not name', () => {
    expect(
      declared.words(sightOf({ name: 'mail send', newPairs: 1, newPairsElsewhereKnown: 1 })),
    ).toBe('mail.send reached 2 destinations that its task does not name');
  });
});
