import { afterEach, describe, expect, it } from 'vitest';
import { type Family, given, hostOf, openFamily } from '../support/tree-family.js';
import type { SessionInWorld } from '../support/world-sessions.js';

let family: Family;

async function open(limits: Record<string, number> = {}): Promise<Family> {
  family = await openFamily({ limits });
  return family;
}

afterEach(() => family.world.dispose());

/** Asks for children until there are none to be had. */
async function childrenOf(parent: SessionInWorld, tries: number): Promise<[number, string]> {
  for (let nth = 0; nth < tries; nth += 1) {
    const made = await family.world.delegate(parent);
    if (typeof made === 'string') return [nth, made];
  }
  return [tries, 'no bound'];
}

describe('a tree', () => {
  // breaks law 9 when: both the policy and the store's step leave out the bound of the path
  it('is at most 8 deep, however much the manifest allows', async () => {
    const { world, child } = await open();
    const { triage } = world.policy;
    // More than a manifest may say: its own bound is another guard.
    if (triage) await world.setPolicy({ ...world.policy, triage: { ...triage, depth: 20 } });
    let at = child;
    for (let depth = 3; depth <= 8; depth += 1) at = given(await world.delegate(at));
    const issued = given(await world.issue(at));
    expect(issued.claims.lineage.sessions).toHaveLength(8);
    expect(await world.use(issued)).toBe('ok');
    expect(await world.delegate(at)).toBe('delegation_too_deep');
    expect(await world.childToken(at, 'writer')).toBe('delegation_too_deep');
  });

  // breaks law 9 when: the store counts children before it looks at those of its own group
  it('has 64 children at most below one session, asked for one by one or all at once', async () => {
    const { world, root, rootHost } = await open({
      sessionsPerTree: 1_000,
      sessionsPerMember: 1_000,
    });
    expect(await childrenOf(root, 100)).toEqual([63, 'children_limit']);
    const other = given(await world.openRoot(rootHost));
    const many = await Promise.all(Array.from({ length: 100 }, () => world.delegate(other)));
    expect(many.filter((each) => typeof each !== 'string')).toHaveLength(64);
    expect(await world.childToken(other, 'writer')).toBe('children_limit');
  });

  // breaks law 9 when: a held session is not counted, so that a hold makes room and its end breaks the bound
  it('has no more room while its sessions are held', async () => {
    const { world, root } = await open({ childrenPerSession: 3 });
    const [second, third] = [given(await world.delegate(root)), given(await world.delegate(root))];
    for (const held of [second, third]) given(await world.suspend(held));
    expect(await world.delegate(root)).toBe('children_limit');
    given(await world.cutTarget({ kind: 'session', id: third.id }));
    given(await world.delegate(root));
  });

  // breaks law 9 when: a child join token that waits is not counted
  it('has no more room while child join tokens wait, and has it when they are over', async () => {
    const { world, root } = await open({ childrenPerSession: 3 });
    const { text } = given(await world.childToken(root, 'writer'));
    given(await world.childToken(root, 'writer'));
    expect(await world.delegate(root)).toBe('children_limit');
    given(await world.openChild(await hostOf(world, 'writer'), text));
    expect(await world.delegate(root)).toBe('children_limit');
    await world.pass(61);
    given(await world.delegate(root));
  });

  // breaks when: the shortcut of countChildren takes dead children for live ones once a token waits
  it('has room again as soon as a cut has ended a child, before any sweep', async () => {
    const { world, root } = await open({ childrenPerSession: 3 });
    const { text } = given(await world.childToken(root, 'writer'));
    given(await world.openChild(await hostOf(world, 'writer'), text));
    given(await world.cutTarget({ kind: 'workload', name: 'writer' }));
    given(await world.childToken(root, 'triage'));
    given(await world.delegate(root));
    expect(await world.delegate(root)).toBe('children_limit');
  });

  // breaks law 9 when: sessions of a workload are counted below one parent and not in the whole tree
  it('holds 50 sessions of one workload at most, wherever they hang', async () => {
    const { root, child } = await open();
    const [first] = await childrenOf(root, 30);
    expect(first).toBe(30);
    expect(await childrenOf(child, 30)).toEqual([18, 'tree_limit']);
  });

  // breaks law 9 when: delegation does not ask for the sessions of the workload in all trees
  it('takes part in the bound of its workload: 100 sessions in all trees', async () => {
    const { world, rootHost } = await open();
    for (let tree = 0; tree < 2; tree += 1) {
      await childrenOf(given(await world.openRoot(rootHost)), 40);
    }
    const last = given(await world.openRoot(rootHost));
    expect(await childrenOf(last, 20)).toEqual([15, 'sessions_limit']);
    expect(await world.openRoot(rootHost)).toBe('sessions_limit');
  });
});

describe('a child join token', () => {
  // breaks when: both childPlace and the store leave out whom the token is for; or the store both forgets
  // who has redeemed it and redeems without a condition
  it('is good for the workload that it names, once, for a minute', async () => {
    const { world, root } = await open();
    const { text } = given(await world.childToken(root, 'writer'));
    const [writer, batch] = [await hostOf(world, 'writer'), await hostOf(world, 'batch')];
    expect(await world.openChild(batch, text)).toBe('child_join_token_unknown');
    const both = await Promise.all([world.openChild(writer, text), world.openChild(writer, text)]);
    expect(both.filter((each) => typeof each !== 'string')).toHaveLength(1);
    expect(both).toContain('child_join_token_used');
    const late = given(await world.childToken(root, 'writer'));
    world.clock.advance(61);
    expect(await world.openChild(writer, late.text)).toBe('child_join_token_expired');
    expect(await world.openChild(writer, 'A'.repeat(32))).toBe('child_join_token_unknown');
  });
});
