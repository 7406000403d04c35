import { program } from '../../broker/src/cli/program.js';
import type { SeenError } from './mistake.js';

/** What a command has said. */
export interface Said extends SeenError {
  readonly exitCode: number;
  readonly result: string;
}

/**
 * Runs the `creance` command in this process, as its `main` does, without a terminal. The code of a failure is
 * the word that its words begin with.
 */
export async function creanceHere(...args: readonly string[]): Promise<Said> {
  let [result, words] = ['', ''];
  const output = {
    result: (text: string) => {
      result += `${text}\n`;
    },
    words: (text: string) => {
      words += `${text}\n`;
    },
  };
  const said = (exitCode: number, text: string) => ({
    exitCode,
    result,
    text,
    code: /^(?:[a-z]+_\w+|error)(?=[ :])/i.exec(text)?.[0] ?? '',
  });
  const creance = program(output).exitOverride();
  for (const command of creance.commands) command.exitOverride();
  try {
    await creance.parseAsync([...args], { from: 'user' });
    return said(0, words);
  } catch (error) {
    const { exitCode = 1, message } = error as Error & { readonly exitCode?: number };
    // What commander has to say, it has said to the output.
    const isCommander = String((error as { code?: unknown }).code).startsWith('commander.');
    return said(exitCode, isCommander ? words : message);
  }
}
