import type { Handle, Revision, SessionId, Thumbprint } from '@creance/proto';
import { expect } from 'vitest';
import type { CutAsk } from '../../broker/src/commands/cut.js';
import { expectPath, nothingExpected } from './tree-expect.js';
import { endOf, type ModelEvidence, type ModelSession, pathOf, second } from './tree-model.js';
import { type Play, pick, type Step } from './tree-play.js';
import { loginIssuer } from './tree-verbs-open.js';

const okOr = (answer: unknown) => (typeof answer === 'string' ? answer : 'ok');

/** Sessions that have not ended. Says nothing of their time. */
function unended(sessions: readonly ModelSession[]): number {
  return sessions.filter((session) => endOf(session) === undefined).length;
}

export async function cutSession(play: Play, { who }: Step): Promise<void> {
  const session = play.target(who);
  if (session === undefined) return;
  const live = unended(play.model.subtreeOf(session));
  const done = await play.world.cutTarget({ kind: 'session', id: session.name as SessionId });
  play.judge('cut session', nothingExpected(), okOr(done), session);
  if (typeof done === 'string') return;
  expect(done.sessionsEnded).toBe(live);
  play.model.end(session, 'revoked', done.revision);
}

/** Cuts one of the handles that a session hangs below. */
export async function cutHandle(play: Play, { who, how }: Step): Promise<void> {
  const session = play.target(who);
  const handle = session && pick(session.handles, how);
  if (session === undefined || handle === undefined) return;
  const target = targetOf(play, session, handle);
  if (target === undefined) return;
  const { model, world } = play;
  const before = unended(model.sessions);
  const done = await world.cutTarget(target);
  play.judge(`cut ${target.kind}`, nothingExpected(), okOr(done), session);
  if (typeof done === 'string') return;
  model.cutHandle(handle, done.revision);
  expect(done.sessionsEnded).toBe(before - unended(model.sessions));
}

function targetOf(play: Play, session: ModelSession, handle: string): CutAsk['target'] | undefined {
  const [kind = '', name = ''] = handle.split(':');
  if (kind === 'workload' || kind === 'owner') return { kind, name };
  if (kind === 'principal') return { kind, issuer: loginIssuer, subject: name };
  if (kind === 'upstream') return { kind, issuer: loginIssuer, sessionId: name };
  if (kind === 'evidence-key') return { kind, key: name as Thumbprint };
  // The broker's name of a join token is a handle that only it knows.
  const known = play.world.store.session(session.name as SessionId)?.evidenceIssuer;
  return known && { kind: 'evidence-issuer', handle: known as Handle };
}

export async function cutBefore(play: Play, { who, how }: Step): Promise<void> {
  const { model, world } = play;
  const opened = pick(model.sessions, who)?.openedRevision as Revision | undefined;
  const asked = how % 2 === 0 ? undefined : opened;
  const before = unended(model.sessions);
  const done = await world.cutBefore(asked);
  model.cutBefore(asked ?? done.revision);
  play.judge('cut before', nothingExpected(), 'ok');
  expect(done.sessionsEnded).toBe(before - unended(model.sessions));
}

export async function suspend(play: Play, { who }: Step): Promise<void> {
  const session = play.target(who);
  if (session === undefined) return;
  const expected = expectPath(session, play.now, false);
  const done = await play.world.suspend(play.worldOf(session));
  play.judge('suspend', expected, okOr(done), session);
  if (typeof done === 'string') return;
  // Held again: the first row stands for it.
  const { model, now } = play;
  model.hold(session, 'operator', { revision: done.revision, now });
}

/** Lets a session go: one that is held, if there is any. */
export async function resume(play: Play, { who }: Step): Promise<void> {
  const { model, now } = play;
  const held = model.sessions.filter((each) => each.held && endOf(each) === undefined);
  const session = who % 5 === 0 ? play.target(who) : (pick(held, who) ?? play.target(who));
  if (session === undefined) return;
  const expected = expectPath(session, now, false);
  if (!session.held) expected.must.add('session_not_suspended');
  // breaks law 3 when: a resume does not ask for what a hold is
  if (session.heldFor === 'watch' && !session.isRevalidated)
    expected.must.add('revalidation_required');
  const done = await play.world.resume(play.worldOf(session));
  play.judge('resume', expected, okOr(done), session);
  if (typeof done === 'string') return;
  session.held = false;
  session.heldFor = undefined;
  model.resumed(session, now);
}

export async function cutTokens(play: Play, { who }: Step): Promise<void> {
  const session = play.target(who);
  if (session === undefined) return;
  const expected = expectPath(session, play.now, false);
  const done = await play.world.cutTokens(play.worldOf(session));
  play.judge('cut tokens', expected, okOr(done), session);
  if (typeof done !== 'string') play.model.killTokens(session, done);
}

/** Seconds for which evidence is held the first time; doubles each time. */
const holdSeconds = 600;
const holdSecondsMax = 86_400;

/** A cloned key: the tree and its evidence are held; the next time the tree is revoked. */
export async function answerTheft(play: Play, { who }: Step): Promise<void> {
  const session = play.target(who);
  if (session === undefined) return;
  const { now, model } = play;
  const expected = expectPath(session, now, false);
  const done = await play.world.answerTheft(play.worldOf(session));
  play.judge('theft', expected, okOr(done), session);
  if (typeof done === 'string') return;
  const path = pathOf(session);
  const root = path[0] as ModelSession;
  const evidence = [...new Set(path.map((each) => each.evidence))];
  // What a hold of this tree has answered already is the same theft, told again.
  const isAnswered = (each: ModelEvidence) =>
    each.thefts > 0 && root.held && each.theftRevision >= root.heldRevision;
  const news = evidence.filter((each) => !isAnswered(each));
  const again = news.some(({ thefts }) => thefts > 0);
  expect(done).toMatchObject({ session: root.name, answer: again ? 'revoked' : 'suspended' });
  for (const each of news) {
    const seconds = Math.min(holdSeconds * 2 ** each.thefts, holdSecondsMax);
    each.heldUntil = Math.max(each.heldUntil, now + seconds * second);
    each.thefts += 1;
    each.theftRevision = done.revision;
  }
  if (again) model.end(root, 'revoked', done.revision);
  else model.hold(root, 'theft', { revision: done.revision, now });
}

export async function compromise(play: Play): Promise<void> {
  const done = await play.world.compromiseKey();
  play.judge('compromise', nothingExpected(), okOr(done));
  if (typeof done !== 'string') for (const key of done) play.model.cutKeys.add(key);
}
