import { readdirSync, readFileSync } from 'node:fs';

/** A slot counts when other processes took at most this share of one core meanwhile. */
const othersMax = 0.2;
/** So many slots in a row were given up: the machine counts as never quiet, and nothing is tried again. */
const givenUpMax = 3;
/** Shorter than this the machine's accounts are too coarse to tell. */
const slotMillisMin = 100;

interface Sight {
  readonly atMillis: number;
  readonly busyTicks: number;
  readonly ownTicks: number;
}

/** Clock ticks a second of the accounts under /proc (USER_HZ, fixed on Linux). */
const ticksPerSecond = 100;

/**
 * Runs measurements in slots in which the machine did little else. A slot in which others took more is
 * dropped and tried again, a bounded number of times; then it is taken as it is and counted as loud.
 */
export class QuietSlots {
  taken = 0;
  dropped = 0;
  loud = 0;
  readonly #triesMax: number;
  #givenUpInRow = 0;

  /** `triesMax` of one slot, the last of which is taken as it is. */
  constructor(triesMax = 4) {
    this.#triesMax = triesMax;
  }

  /** One slot, tried again while the machine is loud. */
  async run<T>(measure: () => Promise<T>): Promise<T> {
    const tries = this.#givenUpInRow >= givenUpMax ? 1 : this.#triesMax;
    for (let nth = 1; ; nth += 1) {
      const before = look();
      const value = await measure();
      const isQuiet = othersSince(before) <= othersMax;
      if (!isQuiet && nth < tries) {
        this.dropped += 1;
        continue;
      }
      this.taken += 1;
      if (!isQuiet) this.loud += 1;
      this.#givenUpInRow = isQuiet ? 0 : this.#givenUpInRow + 1;
      return value;
    }
  }

  /** A slot that cannot be had again: it is taken, and counted when it was loud. */
  async once<T>(measure: () => Promise<T>): Promise<T> {
    const before = look();
    const value = await measure();
    this.taken += 1;
    if (othersSince(before) > othersMax) this.loud += 1;
    return value;
  }
}

/** Cores that processes other than the bench's took since. */
function othersSince(before: Sight): number {
  const { atMillis, busyTicks, ownTicks } = look();
  const millis = atMillis - before.atMillis;
  if (millis < slotMillisMin) return 0;
  const others = busyTicks - before.busyTicks - (ownTicks - before.ownTicks);
  return (others / ticksPerSecond / millis) * 1_000;
}

function look(): Sight {
  return { atMillis: performance.now(), busyTicks: busyTicks(), ownTicks: ownTicks() };
}

/** User, nice and system time of the whole machine (proc_stat(5)). */
function busyTicks(): number {
  const [, user, nice, system] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 4).map(Number);
  return (user ?? 0) + (nice ?? 0) + (system ?? 0);
}

/** The same of this process and everything below it, those of its children included that have ended. */
function ownTicks(): number {
  const parents = new Map<number, number>();
  const ticks = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const fields = fieldsOf(pid);
    if (fields === undefined) continue;
    // proc_pid_stat(5), counted from the state on: ppid, and utime, stime, cutime, cstime.
    parents.set(pid, fields[1] ?? 0);
    ticks.set(
      pid,
      fields.slice(11, 15).reduce((sum, each) => sum + each, 0),
    );
  }
  const isOwn = (pid: number): boolean =>
    pid === process.pid || (pid > 1 && isOwn(parents.get(pid) ?? 0));
  return [...ticks].reduce((sum, [pid, used]) => (isOwn(pid) ? sum + used : sum), 0);
}

function fieldsOf(pid: number): number[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
  } catch {
    // It has ended since it was listed.
    return undefined;
  }
}
