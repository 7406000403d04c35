import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Played } from './play.js';
import { type DiskKind, runSeeds } from './run-seeds.js';

/** What a run was asked for. */
interface Asked {
  readonly from: number;
  readonly seeds: number;
  readonly disk: DiskKind;
  readonly trace: boolean;
  /** Of several processes, which one this is: it plays every `of`th seed. */
  readonly part: { readonly at: number; readonly of: number } | undefined;
}

/** What a process has played; small enough to be sent. */
interface Sum {
  seeds: number;
  steps: number;
  cpuSeconds: number;
  tally: Record<string, number>;
  broken: Played[];
}

/** Lines of a story that are printed: the end is what matters. */
const storyLines = 60;

/** Broken seeds that a process looks for before it gives up. */
const brokenMax = 3;

const whoAskedIsGone = () => process.exit(1);

const write = (line: string) => void process.stdout.write(`${line}\n`);

/** Plays what the command line asks for; gives the exit code. */
export async function simulate(args: readonly string[]): Promise<number> {
  const asked = parse(args);
  const begunMillis = performance.now();
  if (asked.part !== undefined) process.once('disconnect', whoAskedIsGone);
  const sum = asked.part === undefined ? await runAll(asked, args) : await runPart(asked);
  if (asked.part !== undefined) {
    process.send?.(sum);
    // A process that listens for it would wait for it.
    process.off('disconnect', whoAskedIsGone);
    return 0;
  }
  const seconds = (performance.now() - begunMillis) / 1_000;
  for (const played of sum.broken) tell(played);
  const rate = (sum.seeds / seconds).toFixed(1);
  const did = JSON.stringify(sum.tally);
  const took = `${seconds.toFixed(1)} s, ${rate} seeds/s, ${sum.cpuSeconds.toFixed(1)} CPU s`;
  write(`${sum.seeds} seeds, ${sum.steps} steps, ${took} ${did}`);
  write(sum.broken.length === 0 ? 'every law holds' : `${sum.broken.length} seeds break a law`);
  return sum.broken.length === 0 ? 0 : 1;
}

function parse(args: readonly string[]): Asked {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '0' },
      seed: { type: 'string' },
      trace: { type: 'boolean', default: false },
      files: { type: 'boolean', default: false },
      plant: { type: 'string' },
      part: { type: 'string' },
    },
  });
  const [at, of] = (values.part ?? '').split('/').map(Number);
  return {
    from: Number(values.seed ?? values.from),
    seeds: values.seed === undefined ? Number(values.seeds) : 1,
    disk: values.files ? 'files' : 'memory',
    trace: values.trace,
    part: at === undefined || of === undefined ? undefined : { at, of },
  };
}

/** One process a core; a single seed is played here. */
async function runAll(asked: Asked, args: readonly string[]): Promise<Sum> {
  const parts = asked.seeds === 1 ? 1 : availableParallelism();
  if (parts === 1) return runPart(asked);
  const ran = Array.from({ length: parts }, (_, at) => runElsewhere(args, `${at}/${parts}`));
  const sums = await Promise.all(ran);
  return sums.reduce(added);
}

function runElsewhere(args: readonly string[], part: string): Promise<Sum> {
  return new Promise((resolve, reject) => {
    const script = process.argv[1] as string;
    const child = fork(script, [...args, '--part', part], { execPath: process.execPath });
    child.on('message', (sum) => resolve(sum as Sum));
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`a process of the simulator ended with ${code}`)));
  });
}

async function runPart({ from, seeds, disk, trace, part }: Asked): Promise<Sum> {
  const sum: Sum = { seeds: 0, steps: 0, cpuSeconds: 0, tally: {}, broken: [] };
  const before = process.cpuUsage();
  const { at, of } = part ?? { at: 0, of: 1 };
  const mine = Array.from({ length: seeds }, (_, nth) => from + nth).filter(
    (_, nth) => nth % of === at,
  );
  await runSeeds({
    seeds: mine,
    disk,
    onPlayed: (played) => {
      if (trace) write([...played.trace, `history ${played.history}`].join('\n'));
      if (played.broken !== undefined) sum.broken.push(played);
      Object.assign(sum, added(sum, { ...played, seeds: 1, cpuSeconds: 0, broken: [] }));
      return sum.broken.length < brokenMax ? 'go on' : 'stop';
    },
  });
  const { user, system } = process.cpuUsage(before);
  return { ...sum, cpuSeconds: (user + system) / 1e6 };
}

function added(one: Sum, other: Omit<Sum, 'tally'> & { tally: Played['tally'] }): Sum {
  const tally = { ...one.tally };
  for (const [name, count] of Object.entries(other.tally)) tally[name] = (tally[name] ?? 0) + count;
  return {
    seeds: one.seeds + other.seeds,
    steps: one.steps + other.steps,
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
    tally,
    broken: [...one.broken, ...other.broken],
  };
}

/** What a broken seed says of itself: how to play it alone, what broke where, and how it came to that. */
function tell({ seed, broken, trace }: Played): void {
  write(trace.slice(-storyLines).join('\n'));
  write(`seed ${seed} breaks ${broken?.law} at step ${broken?.step}: ${broken?.seen}`);
  write(`again: npm run simulate -- --seed ${seed} --trace`);
}
