import type { Actor } from '../lib/actor.js';
import { monotonicMillis } from '../lib/monotonic.js';
import { creance } from '../lib/processes.js';
import { startBatch, startCaseWorker } from './cast.js';
import { type Scene, tell, timed } from './scene.js';

/** Sessions and runs, side by side, from which each workload's ways are learned. */
const sessions = 10;
const runs = 6;

/** The batch at its work, in a session of its own. */
export interface Batch {
  readonly actor: Actor;
  readonly sessionId: string;
}

/**
 * Two workloads do what they always do, and the broker learns their ways. The batch runs twice: only what
 * is known already shows how much its runs differ.
 */
export async function theHabit(scene: Scene): Promise<Batch> {
  const { narrator, stage } = scene;
  narrator.chapter('Habits: the broker learns how each workload goes about its work');
  const [worker, batch] = await Promise.all([startCaseWorker(stage), startBatch(stage)]);
  const [ofWorker, ofBatch] = await Promise.all([
    learned(scene, 'case-worker'),
    learned(scene, 'nightly-export'),
  ]);
  const working = worker.ask('work', sessions);
  const run = await batch.ask('run', runs);
  await untilLearned(scene, 'nightly-export', ofBatch + runs);
  const again = await batch.ask('run', runs);
  const work = await working;
  tell(narrator, 'case-worker, an agent: three steps a second', work, /^10 sessions, 61 actions$/);
  tell(narrator, 'nightly-export, a batch: ten times as fast', run, /^6 runs, 108 actions$/);
  tell(narrator, 'and its next runs', again, /^6 runs, 108 actions$/);
  const learning = await timed(async () => {
    const ofRuns = await untilLearned(scene, 'nightly-export', ofBatch + 2 * runs);
    return `${await untilLearned(scene, 'case-worker', ofWorker + sessions)} and ${ofRuns}`;
  });
  tell(narrator, 'sessions of each that ended calm, and were learned', learning, learnedEnough);
  const tonight = await batch.ask('start');
  tell(narrator, 'nightly-export begins another run', tonight, /^[\w-]{22}$/);
  await worker.leave();
  return { actor: batch, sessionId: tonight.outcome };
}

/** At least 8 and 6. On a busy machine a session may end observed, and then it teaches nothing. */
const learnedEnough = /^([89]|\d\d+) and ([6-9]|\d\d+)$/;

/** Milliseconds for which that is waited for, however fast or slowly one look is. */
const learnMillis = 8_000;

/** Waits until so many sessions were learned from, for a while; gives how many were. */
async function untilLearned(scene: Scene, workload: string, wanted: number): Promise<number> {
  const endsAt = monotonicMillis() + learnMillis;
  let seen = await learned(scene, workload);
  while (seen < wanted && monotonicMillis() < endsAt) seen = await learned(scene, workload);
  return seen;
}

/** Sessions that the broker has learned from; none while there are too few to say something of. */
async function learned({ stage }: Scene, workload: string): Promise<number> {
  const ask = ['envelope', 'suggest', workload, '--data', stage.data, '-o', 'json'];
  const json = await creance(...ask).catch(() => '{}');
  return (JSON.parse(json) as { sessionsLearned?: number }).sessionsLearned ?? 0;
}
