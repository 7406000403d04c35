import { createInterface } from 'node:readline/promises';
import { CommandFailed } from './output.js';

/** Asks on a terminal; without one nobody could answer, and silence is no consent. */
export async function askYes(question: string, otherwise: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new CommandFailed(`nobody can be asked here: ${otherwise} — fix: add --yes`);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question(`${question} [y/N] `).finally(() => asking.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailed(otherwise);
}
