import { expect } from 'vitest';
import { hasRunOut, nothingExpected } from './tree-expect.js';
import { endOf, isHeld, pathOf } from './tree-model.js';
import { type Play, pick, type Step } from './tree-play.js';
import { expectUse } from './tree-tokens.js';
import { firstPolicy, type WorkloadPolicy, type WorldPolicy } from './world-policy.js';

const passes = [1, 20, 61, 130, 400, 610, 1_500] as const;

/** Time passes and housekeeping sweeps: whoever has run out has ended, and a row says so if need be. */
export async function pass(play: Play, { how }: Step): Promise<void> {
  const seconds = pick(passes, how) as number;
  await play.world.pass(seconds);
  play.story.push(`pass ${seconds} s`);
  sweep(play);
}

function sweep(play: Play): void {
  const { now, model, world } = play;
  const rows = new Set(
    play.newRows().map(({ entry }) => (entry.kind === 'handle' ? entry.handle : '')),
  );
  for (const session of model.sessions) {
    const above = session.parent && endOf(session.parent);
    if (session.end !== undefined || above !== undefined) continue;
    const runOut = hasRunOut(session, now);
    // A clock that was set back during a hold leaves open whether it had run out before.
    if (runOut === 'perhaps' && isHeld(session)) continue;
    const known = world.store.session(play.worldOf(session).id);
    // A start does not load what had run out long before.
    const ended = known === undefined && runOut !== 'no' ? 'expired' : known?.end;
    if (runOut !== 'perhaps')
      expect(ended, `sweep of ${play.label(session)}`).toBe(
        runOut === 'no' ? undefined : 'expired',
      );
    if (ended === undefined) continue;
    const mayBeUsed = play.tokens.some(
      (token) =>
        pathOf(token.session).includes(session) && expectUse(model, token, now).must.size === 0,
    );
    session.end = 'expired';
    session.endKillsTokens = rows.has(session.name as never);
    // breaks law 2 when: the sweep leaves out the row of an end while tokens live
    if (mayBeUsed) expect(session.endKillsTokens, 'an idle end is a row').toBe(true);
  }
}

const steps = [-3_600, -400, -30, -2, 3, 45, 500, 3_600] as const;

/** The wall clock is set; nothing is swept. */
export async function stepClock(play: Play, { how }: Step): Promise<void> {
  const seconds = pick(steps, how) as number;
  play.world.clock.stepWall(seconds);
  play.story.push(`step ${seconds} s`);
}

/** The broker goes down and comes up on what is durable. */
export async function restart(play: Play): Promise<void> {
  await play.world.restart();
  play.story.push('restart');
  play.model.restarted();
  play.checkWholeLog();
  for (const session of play.model.sessions) play.checkSession(session);
}

/** The feed is silent for longer than a view may be old: a strict resource refuses what was good. */
export async function silence(play: Play, { who }: Step): Promise<void> {
  const { model, world } = play;
  world.clock.advance(11);
  const good = play.tokens.filter((token) => expectUse(model, token, play.now).must.size === 0);
  const token = pick(good, who);
  // breaks law 6 when: the judge does not ask for the age of the view
  if (token !== undefined) expect(await world.use(token.issued)).toBe('feed_stale');
  await world.catchUp();
  if (token !== undefined) expect(await play.checkToken(token)).toBe('ok');
}

const scopeSets: readonly (readonly string[])[] = [
  ['contacts:read'],
  ['contacts:read', 'contacts:write'],
  ['contacts:export', 'contacts:read'],
  ['contacts:export', 'contacts:read', 'contacts:write'],
];

/** The manifest is replaced: grants, lives, delegation, owners, workloads that leave or come back. */
export async function changePolicy(play: Play, { who, how, more }: Step): Promise<void> {
  const { model, world } = play;
  const name = pick(Object.keys(firstPolicy), who) as string;
  const old = model.policy[name];
  const next = old === undefined ? firstPolicy[name] : changed(old, how, more);
  const { [name]: _left, ...others } = model.policy;
  const policy: WorldPolicy = next === undefined ? others : { ...others, [name]: next };
  const before = model.sessions.filter((each) => endOf(each) === undefined).length;
  const ended = await world.setPolicy(policy);
  play.judge('policy', nothingExpected(), 'ok');
  play.story.push(`${name} is now ${JSON.stringify(next)}`);
  model.policy = policy;
  // breaks when: changeRegistry leaves out members that left, or whose owner is another one now
  if (old !== undefined && next?.owner !== old.owner)
    model.cutHandle(`workload:${name}`, play.head);
  const after = model.sessions.filter((each) => endOf(each) === undefined).length;
  expect(ended).toBe(before - after);
}

function changed(old: WorkloadPolicy, how: number, more: number): WorkloadPolicy | undefined {
  const [crm, ...others] = old.grants;
  if (crm === undefined) return old;
  const kind = how % 10;
  if (kind < 3) {
    const scopes = pick(scopeSets, more) as readonly string[];
    return { ...old, grants: [{ ...crm, scopes }, ...others] };
  }
  if (kind < 5) {
    const lifetimeSeconds = pick([15, 60, 120, 300, 900], more) as number;
    return { ...old, grants: [{ ...crm, lifetimeSeconds }, ...others] };
  }
  if (kind < 7) return { ...old, depth: more % 8 };
  if (kind === 7) {
    const to = Object.keys(firstPolicy).filter((_, at) => ((more + 1) >> at) % 2 === 1);
    return { ...old, to };
  }
  return kind === 8 && more % 2 === 0
    ? undefined
    : { ...old, owner: pick(['support', 'platform', 'elsewhere'], more) as string };
}
