import { describe, expect, it } from 'vitest';
import { sightOf } from '../../doubles/watched-actions.js';
import { denials } from './denials.js';

describe('denials', () => {
  it.each([
    [0, 0],
    [2, 0],
    [3, 0.4],
    [7, 2],
    [70, 2],
  ])('takes a sum of %d for evidence of %d', (refusals, evidence) => {
    expect(denials.evidence(sightOf({ refusals }))).toBeCloseTo(evidence);
  });

  it('says the sum, and what is usual', () => {
    expect(denials.words(sightOf({ refusals: 4.16 }))).toMatch(
      /^refusals .* test at 4\.2; 0\.\d % are usual here$/,
    );
  });
});
