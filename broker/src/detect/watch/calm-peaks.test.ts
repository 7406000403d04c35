import { describe, expect, it } from 'vitest';
import { CalmPeaks } from './calm-peaks.js';

function peaks(count: number, of: (nth: number) => number): CalmPeaks {
  const calm = new CalmPeaks();
  for (let nth = 0; nth < count; nth += 1) calm.add(of(nth), nth);
  return calm;
}

describe('CalmPeaks', () => {
  it('says nothing until five sessions were judged, the first three left out', () => {
    expect(peaks(7, () => 1).calm).toBe(0);
    // breaks when: firstJudged is 2
    expect(peaks(8, () => 1).calm).toBe(1);
  });

  it('goes by the later half, so that a young history is soon forgotten', () => {
    expect(peaks(43, (nth) => (nth < 20 ? 9 : 1)).calm).toBe(1);
  });

  it('is not moved by one session of eleven that shows more', () => {
    expect(peaks(25, (nth) => (nth === 20 ? 9 : 1)).calm).toBe(1);
  });

  // breaks when: growthPerDay is 0.06, or add() gives calm what was shown at once
  it('does not double in 14 days, and rises from nothing by little', () => {
    const calm = peaks(60, () => 1);
    const still = peaks(60, () => 0);
    for (let day = 1; day <= 14; day += 1) {
      for (let nth = 0; nth < 30; nth += 1) {
        calm.add(2 ** day, 100 + nth);
        still.add(2 ** day, 100 + nth);
      }
      for (const one of [calm, still]) one.grow(1);
    }
    expect(calm.calm).toBeGreaterThan(1.5);
    expect(calm.calm).toBeLessThan(2);
    expect(still.calm).toBeCloseTo(0.28, 5);
  });

  it('falls at once when sessions show less', () => {
    const calm = peaks(60, () => 1);
    for (let nth = 0; nth < 64; nth += 1) calm.add(0.2, 100 + nth);
    expect(calm.calm).toBe(0.2);
  });

  it('comes back as it was kept', () => {
    const calm = peaks(30, (nth) => nth / 10);
    const again = new CalmPeaks();
    again.restore(calm.kept());
    for (const one of [calm, again]) one.add(9, 100);
    expect(again.calm).toBe(calm.calm);
  });
});
