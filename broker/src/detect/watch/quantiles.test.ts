import { describe, expect, it } from 'vitest';
import { Quantiles } from './quantiles.js';

function of(values: readonly number[]): Quantiles {
  const quantiles = new Quantiles();
  for (const value of values) quantiles.add(value);
  return quantiles;
}

const hundred = Array.from({ length: 100 }, (_, at) => at + 1);

describe('Quantiles', () => {
  it('is exact to one in a hundred', () => {
    const value = of(hundred).at(0.95, 1, 0);
    expect(Math.abs(value - 95) / 95).toBeLessThan(0.021);
  });

  it('gives the fallback until enough was seen', () => {
    expect([of([9]).at(0.5, 2, 3), Math.round(of([9, 9]).at(0.5, 2, 3))]).toEqual([3, 9]);
  });

  // breaks when: fade empties both sketches
  it('remembers over one fading and forgets with the second', () => {
    const quantiles = of(hundred);
    quantiles.fade();
    expect(quantiles.count).toBe(100);
    quantiles.fade();
    expect([quantiles.count, quantiles.at(0.5, 1, 7)]).toEqual([0, 7]);
  });

  it('comes to exactly the same after it was kept', () => {
    const quantiles = of([0, 0, 3.5, ...hundred]);
    quantiles.fade();
    for (const value of hundred) quantiles.add(value / 7);
    const other = new Quantiles();
    other.restore(quantiles.kept());
    for (const share of [0.1, 0.5, 0.6, 0.95, 0.99])
      expect(other.at(share, 1, 0)).toBe(quantiles.at(share, 1, 0));
    expect(other.count).toBe(quantiles.count);
  });
});
