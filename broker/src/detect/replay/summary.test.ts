import { describe, expect, it } from 'vitest';
import { type Scored, summaryOf } from './summary.js';

function scored(
  dataset: string,
  label: Scored['label'],
  maxRisk: number,
  attackKind: string | null = null,
): Scored {
  return { dataset, label, attackKind, maxRisk, isSuspended: maxRisk >= 0.8 };
}

describe('summaryOf', () => {
  const sessions = [
    scored('log', 'benign', 0.1),
    scored('log', 'benign', 0.3),
    scored('log', 'benign', 0.3),
    scored('log', 'benign', 0.9),
    scored('log', 'attack', 0.95, 'script'),
    scored('log', 'attack', 0.3, 'slow'),
    scored('log', 'attack', 0.2, 'slow'),
    scored('log', 'unknown', 1),
  ];

  it('has the figures of a set that was counted by hand', () => {
    const { rows } = summaryOf(sessions);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toEqual({
      dataset: 'log',
      attackKind: undefined,
      benign: 4,
      attacks: 3,
      // 0.95 wins 4 of 4; 0.3 wins one and ties twice; 0.2 wins one.
      areaUnderCurve: (4 + 2 + 1) / 12,
      truePositivesAt1: 1 / 3,
      truePositivesAt5: 1 / 3,
      attacksSuspended: 1,
      falseSuspensionsPer1000: 250,
    });
    expect(rows[1]).toMatchObject({ attackKind: 'script', attacks: 1, areaUnderCurve: 1 });
    expect(rows[2]).toMatchObject({
      attackKind: 'slow',
      attacks: 2,
      areaUnderCurve: 3 / 8,
      truePositivesAt1: 0,
      attacksSuspended: 0,
    });
  });

  it('says how many sessions are in no figure, and how few are benign', () => {
    expect(summaryOf(sessions).remarks).toEqual([
      'log holds 4 benign sessions: 1 % of them is less than one, so no false positive is allowed',
      'log: 1 sessions without a label are in no figure',
    ]);
  });

  it('says what a dataset of one kind cannot tell, and gives no curve', () => {
    const { rows, remarks } = summaryOf([
      scored('calm', 'benign', 0.1),
      scored('thefts', 'attack', 0.9, 'script'),
      scored('untold', 'unknown', 0.9),
    ]);
    expect(rows.slice(0, 3).map((row) => row.areaUnderCurve)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(rows[1]?.falseSuspensionsPer1000).toBeUndefined();
    expect(rows[3]).toMatchObject({ dataset: 'all', areaUnderCurve: 1 });
    expect(remarks.map((remark) => remark.split(':')[0])).toEqual([
      'calm holds no attack',
      'thefts holds no benign session',
      'untold holds no session with a label',
      'untold',
    ]);
  });
});
