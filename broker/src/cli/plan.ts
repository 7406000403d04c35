import type { OperatorLine } from '../rpc/operator-client.js';
import { CommandFailed, type Format, type Output, print } from './output.js';
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
  const text = () => (isSame ? `the same as version ${found.version}` : planText(found));
  print(planJson(found), text, o, output);
  if (isSame) return;
  const fix = 'creance apply puts it in force';
  throw new CommandFailed(`drift: ${summary(found)} — fix: ${fix}`, driftExitCode);
}
