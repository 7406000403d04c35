import type { OperatorLine } from '../rpc/operator-client.js';
import { systemClock } from '../runtime/clock.js';
import type { LineFlags } from './operator-line.js';
import { withLine } from './options.js';
import { CommandFailed, type Format, instantText, type Output } from './output.js';

/** Milliseconds between two looks. */
const everyMillis = 2_000;

/** What may be watched: flags of the command, and whether it goes on. */
export interface WatchFlags extends LineFlags {
  readonly o: Format;
  readonly watch: boolean;
}

/** Prints once, in the form that the flags say. */
export type Look = (line: OperatorLine, format: Format, output: Output) => Promise<void>;

/** How the time between two looks passes; gives whether there is to be another. */
export type Pause = (millis: number) => Promise<boolean>;

/** Opens a line to the broker for one look. */
export type WithLine = typeof withLine;

/**
 * Looks once, or again and again until Ctrl-C: on a terminal the view is drawn anew, otherwise each look is
 * one JSON document a line. A broker that does not answer is said once and asked again over a line of its
 * own, so that its restart ends nothing. A refusal ends the watch: it would be the same the next time.
 */
export async function watching(
  flags: WatchFlags,
  output: Output,
  look: Look,
  { pause, open = withLine }: { readonly pause?: Pause; readonly open?: WithLine } = {},
): Promise<void> {
  if (!flags.watch) return open(flags, (line) => look(line, flags.o, output));
  const again = pause ?? untilInterrupted();
  const isDrawn = output.isTerminal === true && output.clear !== undefined;
  let isAway = false;
  do {
    try {
      await open(flags, (line) => drawn(line, { look, flags, isDrawn }, output));
      if (isAway) output.words('the broker answers again');
      isAway = false;
    } catch (fault) {
      if (!isUnreachable(fault)) throw fault;
      if (!isAway)
        output.words(`${(fault as Error).message} — asking again every 2 s; Ctrl-C ends`);
      isAway = true;
    }
  } while (await again(everyMillis));
}

/** Gathers the whole view first, so that a terminal is never empty while the broker is asked. */
async function drawn(
  line: OperatorLine,
  { look, flags, isDrawn }: { look: Look; flags: WatchFlags; isDrawn: boolean },
  output: Output,
): Promise<void> {
  const parts: string[] = [];
  const gathered: Output = {
    ...output,
    result: (text) => parts.push(text),
    words: (text) => parts.push(text),
  };
  if (!isDrawn) return look(line, 'json', { ...output, words() {} });
  await look(line, flags.o, gathered);
  output.clear?.();
  const at = instantText(BigInt(systemClock.now()));
  output.result([`every 2 s; Ctrl-C ends; ${at}`, '', ...parts].join('\n'));
}

/** No broker there, or none that answers; another fault stays one. */
function isUnreachable(fault: unknown): boolean {
  return fault instanceof CommandFailed && fault.isUnreachable;
}

/** Waits; the first Ctrl-C ends the wait and the watch, in order. */
function untilInterrupted(): Pause {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once('SIGINT', () => resolve());
  let isOver = false;
  const over = promise.then(() => {
    isOver = true;
  });
  return async (millis) => {
    let timer: NodeJS.Timeout | undefined;
    const passed = new Promise<void>((done) => {
      timer = setTimeout(done, millis);
    });
    await Promise.race([over, passed]);
    clearTimeout(timer);
    return !isOver;
  };
}
