import { describe, expect, it } from 'vitest';
import { countRun } from './vitest-totals.mjs';

const file = (status, ...tests) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});
const run = (...testResults) => ({ testResults });

describe('countRun', () => {
  it('counts what passed, failed and was left out', () => {
    const report = run(
      file('failed', 'passed', 'failed', 'skipped', 'todo'),
      file('passed', 'passed'),
    );
    expect(countRun(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  // breaks when: the line on `file.status` is taken out.
  it('counts a file that failed before its first test', () => {
    expect(countRun(run(file('failed'), file('passed', 'passed')), 1).failed).toBe(1);
    expect(countRun(run(file('failed', 'skipped'), file('failed', 'failed')), 1).failed).toBe(2);
  });

  // breaks when: the exit code is not looked at.
  it('counts an error outside of all tests', () => {
    expect(countRun(run(file('passed', 'passed')), 1)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
  });

  // breaks when: `totals.passed === 0` is taken out.
  it('counts a run that ran nothing', () => {
    expect(countRun(run(), 0).failed).toBe(1);
    expect(countRun(run(file('passed', 'skipped')), 0).failed).toBe(1);
  });

  it('counts a run that left no report', () => {
    expect(countRun(undefined, 0).failed).toBe(1);
    expect(countRun(undefined, 137).failed).toBe(1);
  });
});
