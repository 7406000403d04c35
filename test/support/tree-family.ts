import type { TaskAsk } from '../../broker/src/commands/task-ask.js';
import { World } from './world.js';
import type { Host } from './world-hosts.js';
import type { SessionInWorld } from './world-sessions.js';
import type { WorldOptions } from './world-stage.js';

/** What somebody asked for and was given; whoever was refused is at fault. */
export function given<T>(answer: T): Exclude<T, string> {
  if (typeof answer === 'string') throw new Error(answer);
  return answer as Exclude<T, string>;
}

/** A task that says only how long. */
export function lasting(lifetimeSeconds: number): TaskAsk {
  return { grants: [], lifetimeSeconds };
}

/** A root of `triage`, its child in the same process, and below that a child of `writer` elsewhere. */
export interface Family {
  readonly world: World;
  readonly rootHost: Host;
  readonly writerHost: Host;
  readonly root: SessionInWorld;
  readonly child: SessionInWorld;
  readonly grandchild: SessionInWorld;
}

/** Opens a world with a family in it. */
export async function openFamily(options: WorldOptions = {}): Promise<Family> {
  const world = await World.open(options);
  const [rootHost, writerHost] = [await hostOf(world, 'triage'), await hostOf(world, 'writer')];
  const upstream = { issuer: 'https://login.example.internal', subject: 'alex', sessionId: 'l-1' };
  const root = given(await world.openRoot(rootHost, { upstream }));
  const child = given(await world.delegate(root));
  const { text } = given(await world.childToken(child, 'writer'));
  const grandchild = given(await world.openChild(writerHost, text));
  return { world, rootHost, writerHost, root, child, grandchild };
}

/** A machine of a workload. */
export async function hostOf(world: World, workload: string): Promise<Host> {
  const [host] = given(await world.newHosts(workload));
  if (host === undefined) throw new Error('no machine was made');
  return host;
}
