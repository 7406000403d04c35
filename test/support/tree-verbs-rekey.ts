import { expect } from 'vitest';
import { outcomeOf } from './tree-admit.js';
import { expectPath } from './tree-expect.js';
import { type ModelSession, pathOf } from './tree-model.js';
import { type Play, pick, type Step } from './tree-play.js';

/** A session is bound to another key, vouched for by its machine, now and then by another. */
export async function rekey(play: Play, { who, how }: Step): Promise<void> {
  const session = play.target(who);
  if (session !== undefined) await rekeyOne(play, session, how);
}

/** The same for a session that the watch holds, if there is one. */
export async function revalidate(play: Play, { who, how }: Step): Promise<void> {
  const session = pick(play.model.sessions.filter(mayRevalidate), who);
  if (session !== undefined) await rekeyOne(play, session, how);
}

/** Whether a session may have another key while it is held: the watch holds it, and nothing else does. */
function mayRevalidate(session: ModelSession): boolean {
  const holds = pathOf(session).filter(({ held }) => held);
  return session.held && holds.every(({ heldFor }) => heldFor === 'watch');
}

async function rekeyOne(play: Play, session: ModelSession, how: number): Promise<void> {
  const { now, model, world } = play;
  const other = how % 5 === 0 ? pick(model.evidence, how) : undefined;
  const evidence = other ?? session.evidence;
  const host = play.hosts.get(evidence);
  if (host === undefined) throw new Error('a machine is missing');
  const revalidates = mayRevalidate(session);
  const expected = expectPath(session, now, !revalidates);
  const isOwn = session.ownEvidence && evidence === session.evidence && evidence.isRedeemed;
  const { must, may } = expected;
  if (!isOwn) must.add('rekey_needs_evidence').add('evidence_key_unknown');
  const faults = isOwn ? must : may;
  if (evidence.isCut) faults.add('evidence_key_revoked');
  if (now < evidence.heldUntil) faults.add('evidence_held');
  const inWorld = play.worldOf(session);
  const before = inWorld.key;
  const done = await world.rekey(inWorld, host);
  play.judge(revalidates ? 'revalidate' : 'rekey', expected, outcomeOf(done), session);
  if (typeof done === 'string') return;
  expect(inWorld.key).not.toBe(before);
  session.key = inWorld.key.thumbprint;
  model.killTokens(session, done);
  if (revalidates) model.revalidated(session, done);
  else model.active(session, now);
}
