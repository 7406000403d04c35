import { idsAsOperands } from './cli/arguments.js';
import { CommandFailed, guarded, processOutput } from './cli/output.js';
import { program } from './cli/program.js';

/** Runs the `creance` command with the arguments after its name; gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await program(processOutput).parseAsync(idsAsOperands(args), { from: 'user' });
    return 0;
  } catch (error) {
    return exitCodeOf(error as Error & { readonly exitCode?: number; readonly code?: string });
  }
}

function exitCodeOf(error: Error & { readonly exitCode?: number; readonly code?: string }): number {
  if (error instanceof CommandFailed) {
    // Paths, names and faults of files are in it.
    if (error.message !== '') guarded(processOutput).words(`creance: ${error.message}`);
    return error.exitCode;
  }
  // commander has said what was wrong with the arguments, or has printed the help that was asked for.
  if (error.code?.startsWith('commander.')) return error.exitCode === 0 ? 0 : 2;
  throw error;
}
