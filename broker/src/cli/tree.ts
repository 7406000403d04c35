import type { OperatorLine } from '../rpc/operator-client.js';
import { systemClock } from '../runtime/clock.js';
import { sessionBytes } from './cut-target.js';
import { drawTree } from './draw-tree.js';
import { type Format, type Output, print } from './output.js';
import { listedSessions } from './sessions.js';

/** Draws the live trees, or the whole tree that holds one session with what ended lately. */
export async function sessionTree(
  line: OperatorLine,
  flags: { readonly id: string | undefined; readonly limit: number; readonly o: Format },
  output: Output,
): Promise<void> {
  const treeOf = flags.id === undefined ? {} : { treeOf: sessionBytes(flags.id) };
  const { rows, more } = await listedSessions(line, { limit: flags.limit, ...treeOf });
  const values = rows.map(({ openedMicros: _opened, ...row }) => row);
  if (flags.o === 'table' && rows.length === 0) output.words('none');
  else print(values, () => drawTree(rows, systemClock.now()), flags.o, output);
  if (more) output.words(`more than ${flags.limit} sessions — fix: name a session, or --limit`);
}
