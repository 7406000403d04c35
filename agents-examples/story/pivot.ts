import { join } from 'node:path';
import type { Actor } from '../lib/actor.js';
import { watchAnswer } from '../lib/broker-log.js';
import { creance } from '../lib/processes.js';
import { enforced, type ServiceName } from '../lib/stage.js';
import { startBareWorker, startPivotThief } from './cast.js';
import { explained, tellWhy } from './explained.js';
import type { Batch } from './habit.js';
import type { Walk } from './pivot-thief.js';
import { type Scene, tell, timed } from './scene.js';

/** What was measured of the pivot. */
export interface PivotFigures {
  /** Actions that the thief got through before the first refusal. */
  readonly pivotActions: number;
  /** From the first byte of his first request to the commit of the suspension. */
  readonly pivotToSuspendMs: number;
}

/** A thief with the agent's key, at the speed of a script: the chain of his actions gives him away. */
export async function thePivot(scene: Scene, batch: Batch): Promise<PivotFigures> {
  const { narrator, stage } = scene;
  narrator.chapter("A pivot: somebody has an agent's key, and has silenced the agent");
  const worker = await startBareWorker(stage);
  narrator.line('another run of case-worker', worker.ready, worker.readyMillis, true);
  tell(narrator, 'it works as always', await worker.ask('work'), /^3 actions$/);
  const { value: memory } = await worker.ask('memory');
  worker.silence();
  const thief = await startPivotThief(stage, memory);
  tell(
    narrator,
    'the thief asks for all that is granted',
    await thief.ask('getTokens'),
    /^3 tokens$/,
  );
  const walked = await thief.ask('walk');
  const { firstByteAtMillis, through, refusedAfterMillis } = walked.value as Walk;
  const answer = await watchAnswer(stage.broker.log, worker.ready);
  const pivotToSuspendMs = answer.committedAtMillis - firstByteAtMillis;
  const walk = { ...walked, millis: refusedAfterMillis };
  tell(narrator, 'he walks through three services', walk, /^\d+ actions, then .* token_cut$/);
  const held = {
    outcome: `${answer.done}, risk ${answer.risk.toFixed(2)}`,
    millis: pivotToSuspendMs,
  };
  tell(narrator, 'the broker holds the session', held, /^suspend(Tree)?, risk (0\.[89]\d|1\.00)$/);
  await enforced(stage.data, answer.revision);
  await everywhere(scene, thief);
  worker.wake();
  tell(
    narrator,
    'the agent, awake again',
    await worker.ask('newToken'),
    /^CREANCE_SESSION_SUSPENDED$/,
  );
  await leftAlone(scene, batch);
  await why(scene, worker.ready);
  await Promise.all([worker.leave(), thief.leave(), batch.actor.leave()]);
  return { pivotActions: through, pivotToSuspendMs: Math.round(pivotToSuspendMs * 10) / 10 };
}

async function everywhere({ narrator }: Scene, thief: Actor): Promise<void> {
  const names: readonly ServiceName[] = ['crm', 'mail', 'tickets'];
  for (const name of names)
    tell(narrator, `${name} refuses him`, await thief.ask('tryAgain', name), / token_cut$/);
}

/** The batch did the same things at the same speed, and is what it always was. */
async function leftAlone(scene: Scene, { actor, sessionId }: Batch): Promise<void> {
  const { narrator } = scene;
  const went = await actor.ask('stop');
  tell(narrator, 'nightly-export goes on all the while', went, /^\d\d+ actions, all let through$/);
  const { level, state } = await explained(scene, sessionId);
  // Observed is at worst that reports of a busy machine came in another order than usual: it changes nothing.
  const is = { outcome: `${state}, ${level}`, millis: 0 };
  tell(narrator, 'and is left alone', is, /^live, (calm|observe)$/);
}

async function why(scene: Scene, sessionId: string): Promise<void> {
  const { narrator, stage } = scene;
  await tellWhy(scene, sessionId);
  const file = join(stage.data, 'pivot.html');
  const page = await timed(async () => {
    await creance('explain', sessionId, '--data', stage.data, '--html', file);
    return file;
  });
  tell(narrator, 'creance explain … --html FILE', page, /pivot\.html$/);
}
