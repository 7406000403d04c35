import type { OperatorLine } from '../rpc/operator-client.js';
import { CommandFailed, type Format, type Output } from './output.js';
import { fileSource, planned } from './plan-call.js';
import { planJson, planText, summary } from './plan-text.js';

/** Exit code of a plan that finds a difference. */
const driftExitCode = 2;

/** Says what a manifest file would change: ends well when nothing, and as drift when something. */
export async function plan(
  line: OperatorLine,
  { file, o }: { readonly file: string; readonly o: Format },
  output: Output,
): Promise<void> {
  const found = await planned(line, await fileSource(file));
  const isSame = found.changes.length === 0;
  if (o === 'json') output.result(JSON.stringify(planJson(found)));
  else output.result(isSame ? `the same as version ${found.version}` : planText(found));
  if (isSame) return;
  const fix = 'creance apply puts it in force';
  throw new CommandFailed(`drift: ${summary(found)} — fix: ${fix}`, driftExitCode);
}
