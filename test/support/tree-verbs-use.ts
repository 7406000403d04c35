import { expect } from 'vitest';
import { outcomeOf } from './tree-admit.js';
import { expectPath, nothingExpected } from './tree-expect.js';
import { expectGrant, resourceOfAudience, scopesInReach, tokenEnd } from './tree-expect-policy.js';
import { endOf, type ModelSession, pathOf, second } from './tree-model.js';
import { type Play, pick, type Step } from './tree-play.js';
import { audienceOf } from './world-policy.js';
import type { AskInWorld } from './world-sessions.js';
import { type IssuedInWorld, worldAudience } from './world-verifier.js';

const asks: readonly (readonly [string, readonly string[]])[] = [
  ...Array.from({ length: 8 }, () => ['crm', ['contacts:read']] as const),
  ['crm', ['contacts:read', 'contacts:write']],
  ['crm', ['contacts:read', 'contacts:write']],
  ['crm', ['contacts:export']],
  ['mail', ['mail:send']],
  ['nowhere', ['contacts:read']],
];

const lifetimes = [0, 0, 0, 0, 0, 0, 15, 15, 15, 15, 60, 300, 900, 901, 14] as const;

/** Issues a token, holds it against every law that speaks of it, and uses it at once. */
export async function issue(play: Play, { who, how, more }: Step): Promise<void> {
  const session = play.target(who);
  if (session === undefined) return;
  const { now, head, model, world } = play;
  const [resource, scopes] = pick(asks, how) as (typeof asks)[number];
  const lifetimeSeconds = pick(lifetimes, more) as number;
  const ask: AskInWorld = { audience: audienceOf(resource), scopes, lifetimeSeconds };
  const expected = expectPath(session, now);
  const grant = expectGrant(model.policy, pathOf(session), ask, now);
  for (const reason of grant.must) expected.must.add(reason);
  const issued = await world.issue(play.worldOf(session), lifetimeSeconds, ask);
  // breaks law 2 when: the store's step does not look at the path
  play.judge('issue', expected, outcomeOf(issued), session);
  if (typeof issued === 'string') return;
  play.tally.tokens += 1;
  play.secrets.add(issued.token);
  checkClaims(play, session, ask, issued, now);
  // A stepped clock may have made a key and published it.
  expect(issued.claims.revision).toBeGreaterThanOrEqual(head);
  expect(issued.claims.revision).toBe(play.head);
  model.active(session, now);
  const token = { session, issued };
  play.tokens.push(token);
  await world.catchUp();
  const verdict = await play.checkToken(token);
  // breaks law 5 when: mint puts anything into a token that the verifier refuses
  expect(verdict).toBe(ask.audience === worldAudience ? 'ok' : 'token_wrong_audience');
}

function checkClaims(
  { model, world }: Play,
  session: ModelSession,
  ask: AskInWorld,
  { claims }: IssuedInWorld,
  now: number,
): void {
  const path = pathOf(session);
  // breaks law 1 when: policy.decide looks at the session alone, or leaves out tasks or pathEnd
  const inReach = scopesInReach(model.policy, path, resourceOfAudience(ask.audience) ?? '');
  expect(claims.scopes.every((scope) => inReach.includes(scope))).toBe(true);
  expect(claims.scopes).toEqual(ask.scopes);
  expect(claims.expiresAt).toBe(tokenEnd(model.policy, path, ask, now));
  for (const { absoluteEnd } of path) {
    expect(claims.expiresAt).toBeLessThanOrEqual(absoluteEnd / second);
  }
  // breaks law 1 when: mint binds to anything but the key that the session has now
  expect(claims.keyThumbprint).toBe(session.key);
  expect(claims.lineage.sessions).toEqual(path.map(({ name }) => name));
  expect(claims.sessionId).toBe(session.name);
  expect([claims.subject, claims.clientId]).toEqual([path[0]?.workload, session.workload]);
  const actors: string[] = [];
  for (let at = claims.actor; at !== undefined; at = at.act) actors.push(at.sub);
  expect(actors).toEqual(
    path
      .slice(1)
      .map(({ workload }) => workload)
      .reverse(),
  );
  // breaks law 4 when: the command mints before the store step has resolved, or the record comes later
  const [record] = world.lastAudit(1);
  expect(record).toMatchObject({ kind: 'token_issued', facts: { token: claims.id } });
}

export async function renew(play: Play, { who }: Step): Promise<void> {
  const session = play.target(who);
  if (session === undefined) return;
  const { now, model, world } = play;
  const outcome = await world.renewal(play.worldOf(session));
  play.judge('renew', expectPath(session, now), outcome, session);
  if (outcome === 'ok') model.active(session, now);
}

/** Binds a session to another key, vouched for by its own machine or, wrongly, by another. */
export async function end(play: Play, { who }: Step): Promise<void> {
  const session = play.target(who);
  if (session === undefined) return;
  const { model, world } = play;
  const wasOver = endOf(session) !== undefined;
  const expected = nothingExpected();
  if (wasOver) expected.may.add('session_unknown');
  const done = await world.end(play.worldOf(session));
  play.judge('end', expected, typeof done === 'string' ? done : 'ok', session);
  if (typeof done !== 'string' && !wasOver) model.end(session, 'ended', done);
}
