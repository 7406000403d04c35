import { createHash } from 'node:crypto';
import type { Disk } from './disk.js';
import type { KeyFolder } from './key-folder.js';
import { LawBroken } from './law-book.js';
import * as agents from './steps-agents.js';
import * as machines from './steps-machines.js';
import * as operators from './steps-operators.js';
import * as thief from './steps-thief.js';
import { World } from './world.js';

type Step = (world: World) => void | Promise<void>;

/** What may happen next, by weight. */
const steps: readonly (readonly [Step, number])[] = [
  [agents.addMachine, 1],
  [agents.openRoot, 3],
  [agents.delegate, 8],
  [agents.issue, 14],
  [agents.use, 16],
  [agents.renew, 2],
  [agents.rekey, 2],
  [agents.end, 1],
  [operators.cut, 5],
  [operators.suspend, 2],
  [operators.resume, 3],
  [operators.holdForRisk, 1],
  [operators.changePolicy, 2],
  [thief.steal, 3],
  [thief.replay, 4],
  [thief.useForeign, 2],
  [thief.useKey, 4],
  [thief.redeemOld, 1],
  [thief.lie, 1],
  [machines.killBroker, 1],
  [machines.killBrokerSoon, 2],
  [machines.failDisk, 2],
  [machines.restartVerifier, 2],
  [machines.partition, 2],
  [machines.changeWeather, 2],
  [machines.stepClock, 1.5],
];

/** Milliseconds between two steps, by weight. */
const pauses: readonly (readonly [number, number])[] = [
  [0, 6],
  [3, 8],
  [60, 10],
  [1_500, 6],
  [6_000, 3],
  [30_000, 0.25],
  [620_000, 0.015],
];

/** Steps of a world, after its beginning. */
const stepsOfWorld = 32;

/** What became of a seed. */
export interface Played {
  readonly seed: number;
  readonly steps: number;
  /** The law that broke, at which step, and what was seen. */
  readonly broken:
    | { readonly law: string; readonly step: number; readonly seen: string }
    | undefined;
  readonly trace: readonly string[];
  /** SHA-256 over everything durable and everything that was seen: the same for the same seed (law 7). */
  readonly history: string;
  readonly tally: Readonly<Record<string, number>>;
}

/** Plays one seed on a disk. */
export async function play(seed: number, disk: Disk, keyFolder: KeyFolder): Promise<Played> {
  const world = new World({ seed, disk, keyFolder });
  let step = 0;
  let broken: Played['broken'];
  try {
    await begin(world);
    for (; step < stepsOfWorld; step += 1) {
      const next = world.dice.weighed(steps);
      world.note(`- ${next.name}`);
      await next(world);
      await world.time.pass(world.dice.weighed(pauses));
      world.laws.check();
    }
  } catch (fault) {
    const law = fault instanceof LawBroken ? fault.law : 'no fault';
    const seen =
      fault instanceof LawBroken ? fault.message : String((fault as Error).stack ?? fault);
    broken = { law, step, seen };
  } finally {
    world.dispose();
  }
  const { trace } = world;
  return { seed, steps: step, broken, trace, history: historyOf(world), tally: tallyOf(world) };
}

/** The broker comes up, the verifiers have a view, machines have sessions, children and tokens. */
async function begin(world: World): Promise<void> {
  await world.time.pass(500);
  for (const workload of ['triage', 'writer', 'triage']) await agents.addMachine(world, workload);
  await world.time.pass(900);
  for (let nth = 0; nth < 3; nth += 1) agents.delegate(world);
  await world.time.pass(100);
  for (let nth = 0; nth < 3; nth += 1) agents.issue(world);
  await world.time.pass(100);
  world.laws.check();
}

function historyOf({ trace, ledger }: World): string {
  const hash = createHash('sha256').update(trace.join('\n'));
  for (const { text } of ledger.records) hash.update(text);
  for (const row of ledger.rows) hash.update(JSON.stringify(row));
  return hash.digest('hex');
}

function tallyOf({ ledger, trace, agents: crowd, broker }: World): Record<string, number> {
  const taken = trace.filter((line) => line.endsWith(': ok')).length;
  return {
    sessions: ledger.sessions.size,
    tokens: ledger.minted.length,
    rows: ledger.rows.length,
    records: ledger.records.length,
    journalled: ledger.journalled.length,
    taken,
    held: crowd.sessions.length,
    floors: broker.store.floor() > 0 ? 1 : 0,
  };
}
