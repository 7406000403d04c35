import { expect } from 'vitest';
import { expectPath } from './tree-expect.js';
import { type ModelEvidence, type ModelSession, pathOf, second } from './tree-model.js';
import type { Play, Step } from './tree-play.js';

/** Seconds for which the watch holds evidence the first time; doubles each time. */
const holdSeconds = 600;
const holdSecondsMax = 86_400;

/** A session is held for its risk, alone or with its tree, and now and then its evidence with it. */
export async function holdForRisk(play: Play, { who, how }: Step): Promise<void> {
  const session = play.target(who);
  if (session === undefined) return;
  const { now, model, world } = play;
  const [tree, holdEvidence] = [how % 2 === 0, how % 3 === 0];
  const expected = expectPath(session, now, false);
  const done = await world.suspendForRisk(play.worldOf(session), { tree, holdEvidence });
  play.judge('risk', expected, typeof done === 'string' ? done : 'ok', session);
  if (typeof done === 'string') return;
  const path = pathOf(session);
  const top = tree ? (path[0] as ModelSession) : session;
  expect(done.session).toBe(top.name);
  const toHold = tree ? path : [session];
  if (holdEvidence) holdEvidenceOf(toHold, top, now, done.revision);
  for (const each of new Set([session, top])) {
    const revision = world.store.session(play.worldOf(each).id)?.suspendedAt ?? done.revision;
    model.hold(each, 'watch', { revision, now });
  }
}

/** What was held in this hold already is not held longer. */
function holdEvidenceOf(
  sessions: readonly ModelSession[],
  top: ModelSession,
  now: number,
  revision: number,
): void {
  const since = (each: ModelSession) =>
    each.held ? each.heldRevision : top.held ? top.heldRevision : Number.POSITIVE_INFINITY;
  const isHeld = (each: ModelSession) =>
    each.evidence.watchHolds > 0 && each.evidence.watchRevision >= since(each);
  const held = new Set(sessions.filter(isHeld).map(({ evidence }) => evidence));
  const fresh = new Set(sessions.map(({ evidence }) => evidence));
  for (const evidence of fresh) if (!held.has(evidence)) holdOne(evidence, now, revision);
}

function holdOne(evidence: ModelEvidence, now: number, revision: number): void {
  const seconds = Math.min(holdSeconds * 2 ** evidence.watchHolds, holdSecondsMax);
  evidence.heldUntil = Math.max(evidence.heldUntil, now + seconds * second);
  evidence.watchHolds += 1;
  evidence.watchRevision = revision;
}
