/**
 * Counts one run of vitest from the report of its JSON reporter, so that nothing that went wrong is
 * missing: a file that failed without a failing test (import, hook) counts as one failure, and so does a
 * run that failed, or ran nothing, without naming anything.
 */
export function countRun(report, exitCode) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report?.testResults ?? []) {
    const before = totals.failed;
    for (const { status } of file.assertionResults) {
      if (status === 'passed' || status === 'failed') totals[status] += 1;
      else totals.skipped += 1;
    }
    if (file.status !== 'passed' && totals.failed === before) totals.failed += 1;
  }
  if (totals.failed === 0 && (exitCode !== 0 || totals.passed === 0)) totals.failed += 1;
  return totals;
}
