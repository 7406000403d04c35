import { describe, expect, it } from 'vitest';
import { sightOf } from '../../doubles/watched-actions.js';
import { Chain } from '../chain.js';
import { surpriseFrom } from '../look.js';
import { chain } from './chain.js';

const odd = { isFirstStep: true, bits: 12, isSwitch: true, weight: 0.5 };

describe('chain', () => {
  it('begins at what one in twenty calm steps exceeds', () => {
    const from = surpriseFrom(sightOf().limits);
    expect(chain.evidence(sightOf({ ...odd, bits: from }))).toBe(0);
    expect(chain.evidence(sightOf({ ...odd, bits: from + 10 }))).toBeCloseTo(1.5);
  });

  // breaks when: a step counts each time
  it('counts a step once a session', () => {
    expect(chain.evidence(sightOf({ ...odd, isFirstStep: false }))).toBe(0);
  });

  it('weighs by what the action can do, by another system, and by what is known', () => {
    const whole = chain.evidence(sightOf(odd));
    const { limits } = sightOf();
    expect(chain.evidence(sightOf({ ...odd, weight: 1 }))).toBeCloseTo(whole * (2 / 1.5));
    expect(chain.evidence(sightOf({ ...odd, isSwitch: false }))).toBeCloseTo(whole / 2);
    expect(chain.evidence(sightOf({ ...odd, limits: { ...limits, confidence: 0.5 } }))).toBeCloseTo(
      whole / 2,
    );
  });

  it('says the bits, and how often the step was seen', () => {
    const words = chain.words(sightOf({ ...odd, before: Chain.start, name: 'vault keys.create' }));
    expect(words).toMatch(
      /^12\.0 bits .* vault\.keys\.create seen 0 times after the start in 39 transitions$/,
    );
  });
});
