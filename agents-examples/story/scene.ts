import type { Act } from '../lib/orders.js';
import { creance } from '../lib/processes.js';
import type { Stage } from '../lib/stage.js';
import type { LeakyProxy } from './leaky-proxy.js';
import type { Narrator } from './narrator.js';

/** What the story is played on. */
export interface Scene {
  readonly stage: Stage;
  readonly proxy: LeakyProxy;
  readonly narrator: Narrator;
}

const outcomeCharsMax = 60;

/** Tells what came of an act; good when it is what should come. */
export function tell(narrator: Narrator, text: string, act: Act, expected: RegExp): void {
  const { outcome, millis } = act;
  const short =
    outcome.length > outcomeCharsMax ? `${outcome.slice(0, outcomeCharsMax - 1)}…` : outcome;
  narrator.line(text, short, millis, expected.test(outcome));
}

/** The outcome of some work in words, with the time it took. */
export async function timed(work: () => Promise<string>): Promise<Act> {
  const startedAt = performance.now();
  const outcome = await work();
  return { outcome, millis: performance.now() - startedAt };
}

/** One session of `creance session tree -o json`. */
export interface TreeRow {
  readonly session: string;
  readonly name: string;
  readonly state: string;
  readonly actionsAllowed: number;
  readonly actionsRefused: number;
}

/** The tree that holds a session. */
export async function treeRows({ stage }: Scene, sessionId: string): Promise<readonly TreeRow[]> {
  const json = await creance('session', 'tree', sessionId, '--data', stage.data, '-o', 'json');
  return JSON.parse(json) as TreeRow[];
}

/** Shows the tree as an operator sees it. */
export async function showTree(
  { stage, narrator }: Scene,
  sessionId: string,
  expected: RegExp,
): Promise<void> {
  const tree = await timed(() => creance('session', 'tree', sessionId, '--data', stage.data));
  const states = tree.outcome.match(/\b(live|suspended|revoked|ended|expired)\b/g) ?? [];
  tell(narrator, 'creance session tree', { ...tree, outcome: states.join(', ') }, expected);
  for (const row of tree.outcome.split('\n')) narrator.say(row);
}
