import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { collected } from '../collected.js';
import { type Figure, partIn, partOf, perCpuSecond, quantity } from '../figure.js';
import { interleaved, type Subject } from '../harness.js';
import type { Plan } from '../plan.js';

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

const engine = 'engine, an action of the next session';
const bare = 'bare loop over states of 256 bytes';
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
  const { engine: made, envelope } = await openEngine();
  const profiles = Array.from({ length: workloads }, () => made.profile('agent'));
  const actions = profiles.map((_, workload) => actionsOf(workload, stepsOfWorkload));
  for (const [workload, profile] of profiles.entries()) {
    for (let taught = 0; taught < 30; taught += 1) {
      const watched = made.open(profile, envelope);
      for (const [step, action] of (actions[workload] as Action[]).entries()) {
        action.atMillis = startMillis + step * gapMillis;
        made.take(watched, action);
      }
      made.close(watched, startMillis, 'always');
    }
  }
  const opened = Array.from({ length: sessions }, (_, nth) =>
    made.open(profiles[nth % workloads], envelope),
  );
  return { engine: made, sessions: opened, actions };
}

/** CPU nanoseconds for each operation of a loop without promises. */
function cpuNanos(operations: number, operate: (nth: number) => void): number {
  const before = process.cpuUsage();
  for (let nth = 0; nth < operations; nth += 1) operate(nth);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / operations;
}

function engineSubject(stage: Stage): Subject {
  const { sessions, actions } = stage;
  let from = 0;
  return {
    name: engine,
    async run(operations) {
      const nanos = cpuNanos(operations, (nth) => {
        const turn = from + nth;
        const session = turn % sessions.length;
        const pass = Math.floor(turn / sessions.length);
        const usual = actions[session % workloads] as Action[];
        const action = usual[(pass + (turn % 100 === 0 ? 5 : 0)) % usual.length] as Action;
        action.atMillis = startMillis + pass * gapMillis + (session % 1_000);
        stage.engine.take(sessions[session], action);
      });
      from += operations;
      return nanos / 1_000;
    },
  };
}

/** The same walk over as many states of 256 bytes, each read and written once and nothing else. */
function bareSubject(sessions: number, actions: Action[][]): Subject {
  const states = Array.from({ length: sessions }, () => new Float32Array(64));
  let from = 0;
  return {
    name: bare,
    async run(operations) {
      const nanos = cpuNanos(operations, (nth) => {
        const turn = from + nth;
        const state = states[turn % sessions] as Float32Array;
        const usual = actions[(turn % sessions) % workloads] as Action[];
        const action = usual[turn % usual.length] as Action;
        state[turn % 64] = (state[(turn + 32) % 64] as number) * 0.5 + action.name.length;
      });
      from += operations;
      return nanos / 1_000;
    },
  };
}

/** CPU nanoseconds of an action through the engine, cache-cold, beside a bare loop over as many states. */
async function measureSpeed({ isQuick, rounds, slots }: Plan): Promise<Figure> {
  const sessions = isQuick ? 20_000 : 100_000;
  const stage = await stageOf(sessions);
  const times = isQuick ? 2 : 4;
  const counts = { warmUp: sessions * times, operations: sessions * times, rounds };
  const subjects = [bareSubject(sessions, stage.actions), engineSubject(stage)];
  const spreads = await interleaved(subjects, counts, slots);
  const micros = partIn(spreads, engine);
  const parts = [micros, partIn(spreads, bare)];
  return perCpuSecond('G9.engine', micros, {
    parts,
    note: `${sessions.toLocaleString('en')} sessions.`,
  });
}

/** Bytes of a session of so many actions, with lesson, evidence and history. */
async function bytesOf(sessions: number, actionsTaken: number): Promise<number> {
  const before = await collected();
  const stage = await stageOf(sessions);
  for (const [nth, watched] of stage.sessions.entries()) {
    const usual = stage.actions[nth % workloads] as Action[];
    for (const [step, action] of usual.slice(0, actionsTaken).entries()) {
      action.atMillis = startMillis + step * gapMillis;
      stage.engine.take(watched, action);
    }
  }
  const used = (await collected()) - before;
  // Named once more, so that it is still there when memory is counted.
  return used / stage.sessions.length;
}

/** The profile by itself, in this process: its speed, and the memory of a session that has acted. */
export async function measureProfile(plan: Plan): Promise<Figure[]> {
  const sessions = plan.isQuick ? 20_000 : 100_000;
  const speed = await measureSpeed(plan);
  const fresh = partOf('a session that has done nothing', 'bytes', [await bytesOf(sessions, 0)]);
  const acted = [await bytesOf(sessions, stepsOfWorkload)];
  const whole = partOf(`a session of ${stepsOfWorkload} actions`, 'bytes', acted);
  return [speed, quantity('G10.profile', whole, { parts: [whole, fresh] })];
}
