import type { OperatorLine } from '../rpc/operator-client.js';
import type { LineFlags } from './operator-line.js';
import { CommandFailed, type Format, type Output, print } from './output.js';
import { fileSource, planned } from './plan-call.js';
import { commandInForce } from './plan-next.js';
import { planJson, planText } from './plan-text.js';

/** Exit code of a plan that finds a difference. */
const driftExitCode = 2;

/** Says what a manifest file would change: ends well when nothing, and as drift when something. */
export async function plan(
  line: OperatorLine,
  { file, o, ...place }: LineFlags & { readonly file: string; readonly o: Format },
  output: Output,
): Promise<void> {
  const found = await planned(line, await fileSource(file));
  const isSame = found.changes.length === 0;
  const text = () => (isSame ? `the same as version ${found.version}` : planText(found));
  print(planJson(found), text, o, output);
  if (isSame) return;
  const inForce = commandInForce(['apply', file], place, { prune: found.sessionsEnding > 0 });
  output.words(`to put it in force: ${inForce}`);
  // A difference is no fault: the code tells programs, and people have been told.
  throw new CommandFailed('', driftExitCode);
}
