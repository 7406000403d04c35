import { describe, expect, it } from 'vitest';
import { pageOf } from './page.mjs';
import { mergeResults, resultsOf, rowsOf } from './results.mjs';

const run = { set: 'long', date: '2026-11-25', fileOf: (name) => name.replace('/root/', '') };
const assertion = (fullName, status = 'passed', figures = undefined) => ({
  fullName,
  status,
  duration: 1_234,
  meta: figures && { figures },
});
const report = (...assertionResults) => ({
  testResults: [{ name: '/root/test/faults/a.test.ts', assertionResults }],
});
const row = { id: 'F-14', fault: 'slow | subscriber', shows: 'others do not notice' };

describe('results of rows', () => {
  it('are those of tests that ran and carry an id', () => {
    const found = resultsOf(
      report(
        assertion('F-14 one', 'passed', { seed: 7 }),
        assertion('two'),
        assertion('F-15', 'skipped'),
      ),
      run,
    );
    expect(found).toEqual([
      {
        rows: ['F-14'],
        file: 'test/faults/a.test.ts',
        test: 'F-14 one',
        verdict: 'passed',
        seconds: 1.2,
        set: 'long',
        date: '2026-11-25',
        figures: { seed: 7 },
      },
    ]);
    expect(rowsOf('frames (F-18), and F-18 or F-17 again')).toEqual(['F-18', 'F-17']);
  });

  it('replace those of the same test, and a whole run forgets what has no test', () => {
    const [old] = resultsOf(report(assertion('F-14 one', 'failed')), run);
    const [gone] = resultsOf(report(assertion('F-15 gone')), run);
    const fresh = resultsOf(report(assertion('F-14 one')), run);
    expect(mergeResults([old, gone], fresh, false)).toEqual([...fresh, gone]);
    expect(mergeResults([old, gone], fresh, true)).toEqual(fresh);
  });

  // breaks when: a quick set takes the place of what a long one has shown, or hides its own failure
  it('of a long set stand over a quick one that passes, and not over one that fails', () => {
    const of = (set, status) => resultsOf(report(assertion('F-14 one', status)), { ...run, set });
    const [long, quick] = [of('long', 'passed'), of('quick', 'passed')];
    for (const isWhole of [true, false]) {
      expect(mergeResults(long, quick, isWhole)).toEqual(long);
      expect(mergeResults(quick, long, isWhole)).toEqual(long);
      for (const failed of [of('quick', 'failed'), of('long', 'failed')]) {
        expect(mergeResults(long, failed, isWhole)).toEqual(failed);
        expect(mergeResults(failed, quick, isWhole)).toEqual(quick);
      }
    }
  });
});

describe('the page', () => {
  const page = (...assertions) => pageOf([row], resultsOf(report(...assertions), run));

  // breaks when: a row without a result, or with a failed one beside a passed one, says shown
  it('says shown only of what ran and passed', () => {
    expect(page()).toContain('| not shown |');
    expect(page(assertion('F-14 one'))).toContain('| shown |');
    expect(page(assertion('F-14 one'), assertion('F-14 two', 'failed'))).toContain(
      '| **failed** |',
    );
    const quick = resultsOf(report(assertion('F-14 one')), { ...run, set: 'quick' });
    expect(pageOf([row], quick)).toContain('| shown, quick set |');
  });

  it('shows figures under their names, and keeps a cell a cell', () => {
    const text = page(assertion('F-14 one', 'passed', { rssGrowthMb: 3.1, seed: 7 }));
    expect(text).toContain('rss growth mb: 3.1; seed: 7');
    expect(text).toContain('slow \\| subscriber');
  });

  it('says why of what is not built and where of what is held elsewhere', () => {
    const later = { ...row, why: 'needs PostgreSQL' };
    const tests = [{ file: 'test/laws/a.test.ts', title: 'refuses' }];
    expect(pageOf([later, { ...row, tests }], [])).toMatch(
      /not shown: needs PostgreSQL[\s\S]*by `test\/laws\/a\.test\.ts` \(refuses\)/,
    );
  });
});
