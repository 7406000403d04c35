import { type Output, printable } from './output.js';
import { type CommandStart, startGroup } from './process-group.js';

/** Exit code when the session was ended: sysexits.h EX_NOPERM. */
export const exitCut = 77;

/**
 * Runs a command for as long as a session lives, by its signal. Gives the command's exit code, or 77 when the
 * session was over first: then the command and all that it has started are ended too, or not even started.
 */
export async function runUnder(
  signal: AbortSignal,
  start: CommandStart,
  output: Output,
): Promise<number> {
  if (signal.aborted) {
    output.words(
      `creance: the session is over, and the command was not started: ${reasonOf(signal)}`,
    );
    return exitCut;
  }
  const group = await startGroup(start);
  const exitCode = await Promise.race([group.exited, overOf(signal)]);
  if (exitCode === undefined) {
    output.words(`creance: the session is over, and ends the command: ${reasonOf(signal)}`);
    await group.end();
  }
  group.letGo();
  return exitCode ?? exitCut;
}

/** The session may have ended while the command was started. */
function overOf(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

function reasonOf({ reason }: AbortSignal): string {
  return printable(reason instanceof Error ? reason.message : String(reason));
}
