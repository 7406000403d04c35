import { readdirSync, readFileSync } from 'node:fs';
import { QuietSlots } from './quiet-slots.js';

/** One thing to measure: it does so many operations and gives the CPU microseconds of each. */
export interface Subject {
  readonly name: string;
  run(operations: number): Promise<number>;
}

/** Median, least and most of the rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Median, least and most of some numbers. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return { median: at(0.5), least: at(0), most: at(1) };
}

/** How much is measured. */
export interface Rounds {
  /** Operations before anything counts: code is compiled by count, not by time. */
  readonly warmUp: number;
  readonly operations: number;
  readonly rounds: number;
}

/**
 * Runs subjects in turn (A, B, C, A, B, C, …), after a warm-up by count, so that a change of the
 * machine's speed meets all of them alike; each in a slot in which the machine did little else.
 */
export async function interleaved(
  subjects: readonly Subject[],
  rounds: Rounds,
  slots: QuietSlots = new QuietSlots(),
): Promise<ReadonlyMap<string, Spread>> {
  const measured = new Map<string, number[]>();
  for (const { name, run } of subjects) {
    measured.set(name, []);
    await run(rounds.warmUp);
  }
  for (let round = 0; round < rounds.rounds; round += 1) {
    for (const { name, run } of subjects) {
      measured.get(name)?.push(await slots.run(() => run(rounds.operations)));
    }
  }
  return new Map([...measured].map(([name, values]) => [name, spreadOf(values)]));
}

/** CPU microseconds that a process has used so far, all its threads (Linux, to the nanosecond). */
export function cpuMicrosOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanos = threads.map((thread) => {
    const [onCpu = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(onCpu);
  });
  return nanos.reduce((sum, each) => sum + each, 0) / 1_000;
}

/** CPU microseconds of this process for each of so many synchronous or asynchronous operations. */
export async function ownCpuMicros(
  operations: number,
  operate: (nth: number) => unknown,
): Promise<number> {
  const before = process.cpuUsage();
  for (let nth = 0; nth < operations; nth += 1) await operate(nth);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / operations;
}

/** Does operations with so many in flight at once. */
export async function inFlight(
  operations: number,
  lanes: number,
  operate: (nth: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (;;) {
      const nth = next;
      next += 1;
      if (nth >= operations) return;
      await operate(nth);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** `12.3 [11.9–14.0]`. */
export function formatSpread({ median, least, most }: Spread, digits = 1): string {
  return `${median.toFixed(digits)} [${least.toFixed(digits)}–${most.toFixed(digits)}]`;
}
