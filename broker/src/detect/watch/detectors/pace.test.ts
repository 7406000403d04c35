import { describe, expect, it } from 'vitest';
import { sightOf } from '../../doubles/watched-actions.js';
import { pace } from './pace.js';

const fast = { gap: -2, deviations: -3, bits: 20, isSwitch: true, isFirstStep: true };

describe('pace', () => {
  it('is no evidence when only one of speed, improbability and time is there', () => {
    expect(pace.evidence(sightOf({ ...fast, deviations: 0 }))).toBe(0);
    expect(pace.evidence(sightOf({ ...fast, bits: 0 }))).toBe(0);
    expect(pace.evidence(sightOf({ ...fast, gap: undefined }))).toBe(0);
  });

  // breaks when: the boundary is at two deviations
  it('begins one deviation below the own pace, and grows to the fourth', () => {
    const at = (deviations: number) => pace.evidence(sightOf({ ...fast, deviations }));
    expect([at(-1), at(-1.1) > 0, at(-4) === at(-9)]).toEqual([0, true, true]);
    expect(at(-4)).toBeCloseTo(3 * 0.45);
  });

  it('counts less at the same system, and less a second time', () => {
    const whole = pace.evidence(sightOf(fast));
    expect(pace.evidence(sightOf({ ...fast, isSwitch: false }))).toBeCloseTo(0.35 * whole);
    expect(pace.evidence(sightOf({ ...fast, isFirstStep: false }))).toBeCloseTo(0.25 * whole);
  });

  it('counts a turn once: as its most improbable call', () => {
    const whole = pace.evidence(sightOf(fast));
    expect(pace.evidence(sightOf({ ...fast, turnPace: whole }))).toBe(0);
    expect(pace.evidence(sightOf({ ...fast, turnPace: whole / 2 }))).toBeCloseTo(whole / 2);
  });

  it('says how much faster, and how often the step was seen', () => {
    const profile = sightOf().profile;
    const [before, id] = ['mail search', 'crm notes.write'].map((name) =>
      profile.actions.knownId(name),
    );
    const words = pace.words(
      sightOf({
        ...fast,
        deviations: -4.12,
        before: before ?? 0,
        id: id ?? 0,
        name: 'crm notes.write',
      }),
    );
    expect(words).toMatch(
      /4\.1 standard deviations faster .* crm\.notes\.write seen 0 times after mail\.search in 39 transitions/,
    );
  });
});
