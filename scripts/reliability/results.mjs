/** The ids of rows that a test's full name carries. */
export function rowsOf(fullName) {
  return [...new Set(fullName.match(/\bF-\d\d\b/g) ?? [])];
}

/**
 * What a report of vitest's JSON reporter says of rows of the fault table: one result for each test that ran
 * and carries an id in its name. `run` is what they have in common: the date, and whether the set was long.
 */
export function resultsOf(report, run) {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, fullName }) => isRun(status) && rowsOf(fullName).length > 0)
      .map(({ status, fullName, duration, meta }) => ({
        rows: rowsOf(fullName),
        file: run.fileOf(name),
        test: fullName,
        verdict: status,
        seconds: Math.round((duration ?? 0) / 100) / 10,
        set: run.set,
        date: run.date,
        figures: meta?.figures ?? {},
      })),
  );
}

/**
 * Puts fresh results in the place of older ones of the same test, but for a quick set that passes where a long one
 * has: it says less. What a whole run has not seen any more is gone: it has no test that could be asked.
 */
export function mergeResults(older, fresh, isWhole) {
  const before = new Map(older.map((result) => [keyOf(result), result]));
  const seen = new Set(fresh.map(keyOf));
  const standing = fresh.map((result) => {
    const long = before.get(keyOf(result));
    return long !== undefined && saysLess(result, long) ? long : result;
  });
  const kept = isWhole ? [] : older.filter((result) => !seen.has(keyOf(result)));
  return [...kept, ...standing].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

const saysLess = (fresh, older) =>
  fresh.set === 'quick' && older.set === 'long' && [fresh, older].every(isPassed);
const isPassed = ({ verdict }) => verdict === 'passed';
const keyOf = ({ rows, file, test }) => `${rows[0]} ${file} ${test}`;
const isRun = (status) => status === 'passed' || status === 'failed';
