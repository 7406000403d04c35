import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** Whoever of ours may have called; a test that signs or makes keys has its own time. */
const ours = /\/(broker|proto|sdk\/verifier)\/(src|dist)\//;

/** Rooms that are the doors, and doubles that stand for them. */
const doors = /\/runtime\/|\/doubles\//;

/** Frames of a call that are looked at: enough to see through a library. */
const framesMax = 40;

/** What reads the machine's time or randomness. */
const ways: readonly (readonly [object, string])[] = [
  [Date, 'now'],
  [performance, 'now'],
  [process, 'hrtime'],
  [Math, 'random'],
  [crypto, 'randomBytes'],
  [crypto, 'randomUUID'],
  [crypto, 'randomInt'],
  [crypto, 'randomFillSync'],
];

type Way = (...asked: unknown[]) => unknown;

/** Law 7 while something runs: who reads the time or the randomness of the machine past the doors. */
export class DoorsWatched {
  readonly #strays = new Set<string>();
  readonly #undo: (() => void)[] = [];

  constructor() {
    for (const [holder, name] of ways) this.#watch(holder as Record<string, Way>, name);
    syncBuiltinESMExports();
  }

  /** Files and functions of ours that did, each once. */
  get strays(): readonly string[] {
    return [...this.#strays];
  }

  /** Puts everything back. */
  stop(): void {
    for (const undo of this.#undo) undo();
    syncBuiltinESMExports();
  }

  #watch(holder: Record<string, Way>, name: string): void {
    const real = holder[name] as Way;
    const strays = this.#strays;
    const watched = function (this: unknown, ...asked: unknown[]): unknown {
      const caller = callerOfOurs();
      if (caller !== undefined && !doors.test(caller)) strays.add(`${name} in ${caller}`);
      return real.apply(this, asked);
    };
    holder[name] = Object.assign(watched, real);
    this.#undo.push(() => {
      holder[name] = real;
    });
  }
}

/**
 * The nearest file of ours that leads here; undefined when it is nobody's of ours. Asked for the files alone:
 * to write each stack out, with the lines of the sources, takes longer than all that is watched.
 */
function callerOfOurs(): string | undefined {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = framesMax;
  Error.prepareStackTrace = (_fault, sites) =>
    sites.map((site) => `${site.getFileName()} ${site.getFunctionName() ?? ''}`);
  const stack = new Error().stack as unknown as readonly string[];
  Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  return stack.find((site) => ours.test(site));
}
