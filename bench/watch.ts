import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { formatSpread, interleaved, type Spread, type Subject } from './harness.js';

const room = join(
  dirname(createRequire(import.meta.url).resolve('@creance/broker')),
  'detect/watch',
);

interface Action {
  atMillis: number;
  readonly resource: string;
  readonly name: string;
  readonly sensitivity: 'read' | 'write';
  readonly denied: boolean;
  readonly destinations: readonly string[];
  readonly isDeclared: undefined;
  readonly network: string;
  readonly client: string;
  readonly binding: 'bound';
  readonly device: undefined;
  readonly isStrong: true;
}

interface Engine {
  readonly size: number;
  readonly bytes: number;
  profile(kind: string): unknown;
  open(profile: unknown, envelope: unknown): unknown;
  take(watched: unknown, action: Action): { readonly risk: number };
  close(watched: unknown, atMillis: number, learns: 'always'): void;
}

/** The engine has no door of its own: the bench takes it from the built broker by its path. */
async function openEngine(): Promise<{ engine: Engine; envelope: unknown }> {
  const load = (name: string) => import(pathToFileURL(join(room, name)).href);
  const [{ Engine }, { Envelope }] = await Promise.all([load('engine.js'), load('envelope.js')]);
  return { engine: new Engine(), envelope: new Envelope(undefined) };
}

const workloads = 100;
const stepsOfWorkload = 24;
const startMillis = 1_800_000_000_000;
const gapMillis = 4_000;

/** What a workload usually does, over three resources, and the one thing that it does not. */
function actionsOf(workload: number, count: number): Action[] {
  return Array.from({ length: count }, (_, step) => ({
    atMillis: 0,
    resource: `resource-${(workload + (step >> 2)) % 3}`,
    name: `records-${workload}-${(step * 7) % 11}.read`,
    sensitivity: step % 6 === 0 ? 'write' : 'read',
    denied: step % 20 === 19,
    destinations: step % 4 === 0 ? [`destination-${workload}-${step % 3}`] : [],
    isDeclared: undefined,
    network: `10.${workload}.0.0/24`,
    client: 'node',
    binding: 'bound',
    device: undefined,
    isStrong: true,
  }));
}

interface Stage {
  readonly engine: Engine;
  readonly sessions: unknown[];
  readonly actions: Action[][];
}

/** So many sessions of a hundred workloads, each of which has learned from thirty. */
async function stageOf(sessions: number): Promise<Stage> {
  const { engine, envelope } = await openEngine();
  const profiles = Array.from({ length: workloads }, () => engine.profile('agent'));
  const actions = profiles.map((_, workload) => actionsOf(workload, stepsOfWorkload));
  for (const [workload, profile] of profiles.entries()) {
    for (let taught = 0; taught < 30; taught += 1) {
      const watched = engine.open(profile, envelope);
      for (const [step, action] of (actions[workload] as Action[]).entries()) {
        action.atMillis = startMillis + step * gapMillis;
        engine.take(watched, action);
      }
      engine.close(watched, startMillis, 'always');
    }
  }
  const opened = Array.from({ length: sessions }, (_, nth) =>
    engine.open(profiles[nth % workloads], envelope),
  );
  return { engine, sessions: opened, actions };
}

/** CPU nanoseconds for each operation of a loop without promises. */
function cpuNanos(operations: number, operate: (nth: number) => void): number {
  const before = process.cpuUsage();
  for (let nth = 0; nth < operations; nth += 1) operate(nth);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / operations;
}

function engineSubject({ engine, sessions, actions }: Stage): Subject {
  let from = 0;
  return {
    name: 'engine, an action of the next session',
    async run(operations) {
      const nanos = cpuNanos(operations, (nth) => {
        const turn = from + nth;
        const session = turn % sessions.length;
        const pass = Math.floor(turn / sessions.length);
        const usual = actions[session % workloads] as Action[];
        const action = usual[(pass + (turn % 100 === 0 ? 5 : 0)) % usual.length] as Action;
        action.atMillis = startMillis + pass * gapMillis + (session % 1_000);
        engine.take(sessions[session], action);
      });
      from += operations;
      return nanos;
    },
  };
}

/** The same walk over as many states of 256 bytes, each read and written once and nothing else. */
function bareSubject(sessions: number, actions: Action[][]): Subject {
  const states = Array.from({ length: sessions }, () => new Float32Array(64));
  let from = 0;
  return {
    name: 'bare loop over states of 256 bytes',
    async run(operations) {
      const nanos = cpuNanos(operations, (nth) => {
        const turn = from + nth;
        const state = states[turn % sessions] as Float32Array;
        const usual = actions[(turn % sessions) % workloads] as Action[];
        const action = usual[turn % usual.length] as Action;
        state[turn % 64] = (state[(turn + 32) % 64] as number) * 0.5 + action.name.length;
      });
      from += operations;
      return nanos;
    },
  };
}

async function measureSpeed(quick: boolean): Promise<void> {
  const sessions = quick ? 20_000 : 100_000;
  const stage = await stageOf(sessions);
  const plan = quick
    ? { warmUp: sessions * 2, operations: sessions * 2, rounds: 3 }
    : { warmUp: sessions * 4, operations: sessions * 4, rounds: 5 };
  const spreads = await interleaved(
    [bareSubject(sessions, stage.actions), engineSubject(stage)],
    plan,
  );
  console.log(
    `\nThe watch in process: CPU nanoseconds an action, ${sessions} sessions in turn (G9; aim: 1,000,000 a second)`,
  );
  for (const [name, spread] of spreads) console.log(`  ${name.padEnd(38)} ${formatSpread(spread)}`);
  const [bare, ours] = [...spreads.values()] as [Spread, Spread];
  console.log(
    `  ${Math.round(1e9 / ours.median)} actions a second of one core; ratio of medians ${(ours.median / bare.median).toFixed(1)}`,
  );
}

async function usedBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  for (let time = 0; time < 3 && typeof collect === 'function'; time += 1) {
    await new Promise((done) => void setImmediate(done));
    collect();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

async function measureBytes(sessions: number, actionsTaken: number): Promise<void> {
  const before = await usedBytes();
  const stage = await stageOf(sessions);
  for (const [nth, watched] of stage.sessions.entries()) {
    const usual = stage.actions[nth % workloads] as Action[];
    for (const [step, action] of usual.slice(0, actionsTaken).entries()) {
      action.atMillis = startMillis + step * gapMillis;
      stage.engine.take(watched, action);
    }
  }
  const all = ((await usedBytes()) - before) / sessions;
  const state = stage.engine.bytes / stage.engine.size;
  console.log(
    `  ${String(sessions).padStart(9)} sessions of ${String(actionsTaken).padStart(2)} actions: ${state.toFixed(0)} of state (aim: 256), ${all.toFixed(0)} with lesson, evidence and history; ratio ${(all / state).toFixed(1)}`,
  );
}

/** Prints actions a second through the engine, cache-cold, and bytes a live session. */
export async function measureWatch(quick: boolean): Promise<void> {
  await measureSpeed(quick);
  console.log('\nBytes a live session');
  await measureBytes(quick ? 20_000 : 100_000, 0);
  await measureBytes(quick ? 20_000 : 100_000, stepsOfWorkload);
  if (!quick) await measureBytes(999_000, 4);
}
