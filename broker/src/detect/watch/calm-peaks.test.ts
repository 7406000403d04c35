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

  it('comes back as it was kept', () => {
    const calm = peaks(30, (nth) => nth / 10);
    const again = new CalmPeaks();
    again.restore(calm.kept());
    expect(again.calm).toBe(calm.calm);
  });
});
