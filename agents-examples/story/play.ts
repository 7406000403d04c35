import { type CloneFigures, theClone } from './clone.js';
import { theHabit } from './habit.js';
import { theCrash, theOperator } from './operator.js';
import { type PivotFigures, thePivot } from './pivot.js';
import type { Scene } from './scene.js';
import { type TheftFigures, theCut, theThief } from './theft.js';
import { agentsAtWork } from './work.js';

/** What was measured. */
export interface Figures extends TheftFigures, PivotFigures {
  readonly clone: CloneFigures;
}

/** Plays the story until the theft is over; gives what was measured and the session at the top. */
export async function playTheft(
  scene: Scene,
): Promise<{ readonly figures: TheftFigures; readonly root: string }> {
  const team = await agentsAtWork(scene);
  const thief = await theThief(scene, team);
  const figures = await theCut(scene, team, thief);
  await Promise.all([thief.leave(), team.orchestrator.leave(), team.mailWriter.leave()]);
  return { figures, root: team.orchestrator.ready };
}

/** Plays the story on a stage; gives what was measured. */
export async function play(scene: Scene): Promise<Figures> {
  const { figures } = await playTheft(scene);
  const clone = await theClone(scene);
  const cut = await theOperator(scene);
  await theCrash(scene, cut);
  await cut.agent.leave();
  const pivot = await thePivot(scene, await theHabit(scene));
  return { ...figures, ...pivot, clone };
}
