import { theftAnswer } from '../lib/broker-log.js';
import { monotonicMillis } from '../lib/monotonic.js';
import { enforced } from '../lib/stage.js';
import { startBareRun } from './cast.js';
import { type Scene, showTree, tell } from './scene.js';

/** What was measured of the clone. */
export interface CloneFigures {
  readonly sessionsSuspended: number;
  /** From the honest agent's first word after the clone's to the commit of the hold. */
  readonly honestToHoldMs: number;
}

/** Key and token are copied. Nobody can know, until the honest agent speaks. */
export async function theClone(scene: Scene): Promise<CloneFigures> {
  const { stage, narrator } = scene;
  narrator.chapter('A clone: somebody copies an agent with its key');
  const honest = await startBareRun(stage);
  narrator.line('another run of the orchestrator', honest.ready, honest.readyMillis, true);
  await honest.ask('newToken');
  tell(narrator, 'it reads the contacts', await honest.ask('read'), /^200 /);
  const { value: memory } = await honest.ask('memory');
  const clone = await startBareRun(stage, memory);
  const cloned = await clone.ask('read');
  tell(narrator, `the clone reads them, by proof number ${cloned.value}`, cloned, /^200 /);
  const spokeAtMillis = monotonicMillis();
  const spoken = await honest.ask('read');
  tell(narrator, `the honest one, by proof number ${spoken.value} too`, spoken, /^200 /);
  const answer = await theftAnswer(stage.broker.log, 'cloned_key', honest.ready);
  const honestToHoldMs = answer.committedAtMillis - spokeAtMillis;
  const held = `${answer.outcome}: ${answer.sessionsEnded} session held`;
  tell(
    narrator,
    'the broker has both proofs shown, and holds the tree',
    { outcome: held, millis: honestToHoldMs },
    /^tree_suspended: 1 session held$/,
  );
  await enforced(stage.data, answer.revision);
  tell(narrator, 'the clone reads them again', await clone.ask('read'), /^401 token_cut$/);
  tell(narrator, 'the honest one reads them again', await honest.ask('read'), /^401 token_cut$/);
  tell(
    narrator,
    'it asks for another token',
    await honest.ask('newToken'),
    /^CREANCE_SESSION_SUSPENDED$/,
  );
  await showTree(scene, honest.ready, /^suspended$/);
  tell(
    narrator,
    'the clone comes back with the same evidence',
    await clone.ask('comeBack'),
    /^CREANCE_EVIDENCE_HELD$/,
  );
  await Promise.all([honest.leave(), clone.leave()]);
  return {
    sessionsSuspended: answer.sessionsEnded,
    honestToHoldMs: Math.round(honestToHoldMs * 10) / 10,
  };
}
