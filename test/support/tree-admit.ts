import { expect } from 'vitest';
import { type ModelSession, pathOf } from './tree-model.js';
import type { Play } from './tree-play.js';
import type { SessionInWorld } from './world-sessions.js';

/** What the model knows of a session before the broker has made it. */
export type Known = Pick<
  ModelSession,
  | 'parent'
  | 'workload'
  | 'evidence'
  | 'ownEvidence'
  | 'handles'
  | 'task'
  | 'absoluteEnd'
  | 'openedRevision'
>;

/** Takes a session into the model, and compares what the broker has made of it. */
export function admit(play: Play, made: SessionInWorld, known: Known): void {
  const { now } = play;
  const session: ModelSession = {
    ...known,
    name: made.id,
    key: made.key.thumbprint,
    activeFrom: now,
    activeTo: now,
    restedUntil: known.parent?.restedUntil ?? 0,
    end: undefined,
    lapsed: false,
    endKillsTokens: false,
    held: false,
    heldRevision: 0,
    heldAt: 0,
    heldFor: undefined,
    isRevalidated: false,
  };
  play.add(session, made);
  play.tally.deepest = Math.max(play.tally.deepest, pathOf(session).length);
  const stored = play.world.store.session(made.id);
  expect(stored).toMatchObject({
    parent: known.parent?.name,
    name: known.workload,
    ownEvidence: known.ownEvidence,
    openedRevision: known.openedRevision,
    end: undefined,
    suspendedAt: undefined,
  });
  const tasks = stored?.task?.grants.map(({ resource, scopes }) => [resource, scopes]);
  expect(tasks && Object.fromEntries(tasks)).toEqual(known.task);
  // breaks law 1 when: both narrowTask and the store's earliestEnd leave out the ends above
  expect(stored?.absoluteEndAt).toBe(known.absoluteEnd);
  for (const above of pathOf(session)) {
    expect(session.absoluteEnd).toBeLessThanOrEqual(above.absoluteEnd);
  }
}

/** `ok`, or the reason that a verb gave. */
export function outcomeOf(answer: unknown): string {
  return typeof answer === 'string' ? answer : 'ok';
}
