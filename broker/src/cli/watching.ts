import type { OperatorLine } from '../rpc/operator-client.js';
import { systemClock } from '../runtime/clock.js';
import { type LineFlags, openLine } from './operator-line.js';
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

/** What a watch works with; the real ones where nothing is named. */
export interface WatchParts {
  readonly pause?: Pause;
  readonly open?: (flags: LineFlags) => Promise<OperatorLine>;
}

/**
 * Looks once, or again and again until Ctrl-C: on a terminal the view is drawn anew, otherwise each look is
 * one JSON document a line. A broker that does not answer is said once and asked again over another line, so
 * that its restart ends nothing. A refusal ends the watch: it would be the same the next time.
 */
export async function watching(
  flags: WatchFlags,
  output: Output,
  look: Look,
  { pause, open = openLine }: WatchParts = {},
): Promise<void> {
  const line = new ReopenedLine(() => open(flags));
  try {
    if (!flags.watch) return await look(await line.get(), flags.o, output);
    await againAndAgain(flags, output, { look, line, pause: pause ?? untilInterrupted() });
  } finally {
    await line.close();
  }
}

async function againAndAgain(
  flags: WatchFlags,
  output: Output,
  { look, line, pause }: { look: Look; line: ReopenedLine; pause: Pause },
): Promise<void> {
  let isAway = false;
  do {
    try {
      await drawn(await line.get(), { look, format: flags.o }, output);
      if (isAway) output.words('the broker answers again');
      isAway = false;
    } catch (fault) {
      if (!isUnreachable(fault)) throw fault;
      if (!isAway) output.words(`${fault.message} — asking again every 2 s; Ctrl-C ends`);
      isAway = true;
      await line.close();
    }
  } while (await pause(everyMillis));
}

/** One line for all looks, so that an operator opens one session and not one a look; another after a fault. */
class ReopenedLine {
  readonly #open: () => Promise<OperatorLine>;
  #line: OperatorLine | undefined;

  constructor(open: () => Promise<OperatorLine>) {
    this.#open = open;
  }

  async get(): Promise<OperatorLine> {
    this.#line ??= await this.#open();
    return this.#line;
  }

  async close(): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    await line?.close();
  }
}

/** Gathers the whole view first, so that a terminal is never empty while the broker is asked. */
async function drawn(
  line: OperatorLine,
  { look, format }: { look: Look; format: Format },
  output: Output,
): Promise<void> {
  const parts: string[] = [];
  const gathered: Output = {
    ...output,
    result: (text) => parts.push(text),
    words: (text) => parts.push(text),
  };
  if (output.isTerminal !== true || output.clear === undefined)
    return look(line, 'json', { ...output, words() {} });
  await look(line, format, gathered);
  output.clear();
  const at = instantText(BigInt(systemClock.now()));
  output.result([`every 2 s; Ctrl-C ends; ${at}`, '', ...parts].join('\n'));
}

/** No broker there, or none that answers; another fault stays one. */
function isUnreachable(fault: unknown): fault is CommandFailed {
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
