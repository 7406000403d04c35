import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Family, given, hostOf, lasting, openFamily } from '../support/tree-family.js';

let family: Family;

beforeEach(async () => {
  family = await openFamily();
});
afterEach(() => family.world.dispose());

describe('the absolute end', () => {
  // breaks law 1 when: both narrowTask and the store's earliestEnd leave out the ends above
  it('of a child is never beyond that of anybody above, however long it asks to live', async () => {
    const { world, rootHost } = family;
    const root = given(await world.openRoot(rootHost, { task: lasting(200) }));
    const child = given(await world.delegate(root, lasting(3_000)));
    const token = given(await world.childToken(child, 'writer', lasting(28_800)));
    const grandchild = given(await world.openChild(await hostOf(world, 'writer'), token.text));
    const ends = [root, child, grandchild].map(({ id }) => world.store.session(id)?.absoluteEndAt);
    expect(new Set(ends).size).toBe(1);
    // breaks law 1 when: policy.decide leaves out pathEnd
    const issued = given(await world.issue(grandchild, 300));
    expect(issued.claims.expiresAt).toBe(Math.floor(Number(ends[0]) / 1_000_000));
    await world.pass(200);
    expect(await world.use(issued)).not.toBe('ok');
    expect(await world.issue(grandchild)).toMatch(/session_expired|ancestor_ended/);
  });

  // breaks law 1 when: renew puts the absolute end off, or the mint asks for the session's own end alone
  it('is not put off by 1,000 renewals, of a session or of its child (F-44)', async () => {
    const { world, rootHost } = family;
    const root = given(await world.openRoot(rootHost));
    const child = given(await world.delegate(root, lasting(28_800)));
    const endsAt = () => [root, child].map(({ id }) => world.store.session(id)?.absoluteEndAt);
    const [end = 0] = endsAt();
    for (let renewal = 0; renewal < 1_000; renewal += 1) {
      expect(await world.renewal(renewal % 2 === 0 ? root : child)).toBe('ok');
      expect(endsAt()).toEqual([end, end]);
      if (renewal % 10 === 9) {
        const issued = given(await world.issue(child, 300));
        expect(issued.claims.expiresAt * 1_000_000).toBeLessThanOrEqual(end);
      }
      await world.pass(28);
    }
    // 28,000 s have passed; 800 are left, and then no renewal helps.
    for (let left = 800; left > 0; left -= 400) {
      expect(await world.renewal(child)).toBe('ok');
      await world.pass(400);
    }
    for (const session of [root, child]) {
      expect(await world.renewal(session)).toBe('session_expired');
      expect(await world.issue(session)).toBe('session_expired');
    }
  });

  it('of a child join token is never beyond that of the child', async () => {
    const { world, rootHost } = family;
    const root = given(await world.openRoot(rootHost, { task: lasting(30) }));
    const { expiresAt } = given(await world.childToken(root, 'writer'));
    expect(expiresAt).toBe(world.store.session(root.id)?.absoluteEndAt);
  });
});

describe('the idle end', () => {
  // breaks when: the store notes the activity of the session alone
  it('of a root is put off by its grandchild, and that of a sibling is not', async () => {
    const { world, root, child, grandchild } = family;
    const sibling = given(await world.delegate(root));
    for (const seconds of [400, 400, 400]) {
      given(await world.issue(grandchild));
      await world.pass(seconds);
    }
    expect(await world.issue(sibling)).toBe('session_expired');
    for (const session of [root, child, grandchild]) given(await world.issue(session));
  });

  // breaks law 2 when: the row of an idle end is left out although tokens live
  it('of a root reaches everything below it, and a token that still had time', async () => {
    const { world, grandchild, root } = family;
    await world.setPolicy({
      ...world.policy,
      triage: { ...policyOf('triage'), grants: grantsOf('writer') },
    });
    const issued = given(await world.issue(grandchild, 900));
    await world.pass(599);
    expect(await world.use(issued)).toBe('ok');
    await world.pass(2);
    expect(world.store.session(root.id)?.end).toBe('expired');
    expect(await world.use(issued)).toBe('token_cut');
    expect(await world.issue(grandchild)).toMatch(/session_expired|ancestor_ended/);
  });

  // breaks when: sessionFault counts idle time of a held session
  it('does not come to whoever is held, and the absolute end does', async () => {
    const { world, root, grandchild, rootHost } = family;
    const brief = given(await world.openRoot(rootHost, { task: lasting(1_000) }));
    given(await world.suspend(root));
    given(await world.suspend(brief));
    await world.pass(1_500);
    expect(await world.resume(brief)).toMatch(/session_expired|session_unknown/);
    expect(await world.resume(root)).toBe(3);
    expect(await world.use(given(await world.issue(grandchild)))).toBe('ok');
  });

  // breaks when: a hold that carries on the last one begins when that one began, although the clock was set
  // back since: then whoever is held seems to have idled out before
  it('does not come to whoever is held again after the clock was set back', async () => {
    const { world, root, child, grandchild } = family;
    given(await world.suspend(root));
    world.clock.stepWall(-3_600);
    expect(await world.resume(root)).toBe(3);
    given(await world.suspend(root));
    for (const { id } of [root, child, grandchild]) {
      expect(world.store.session(id)?.end).toBeUndefined();
    }
    expect(await world.resume(root)).toBe(3);
    given(await world.issue(grandchild));
  });

  // breaks when: the resume of one below sets the last activity of whoever is still held to a clock that
  // was set back
  it('does not come to whoever is held when one below is let go after the clock was set back', async () => {
    const { world, root, child, grandchild } = family;
    given(await world.suspend(root));
    given(await world.suspend(child));
    world.clock.stepWall(-3_600);
    expect(await world.resume(child)).toBe(0);
    expect(world.store.session(root.id)?.end).toBeUndefined();
    expect(await world.resume(root)).toBe(3);
    given(await world.issue(grandchild));
  });

  function policyOf(name: string) {
    const found = family.world.policy[name];
    if (found === undefined) throw new Error('no such workload');
    return found;
  }

  function grantsOf(name: string) {
    return policyOf(name).grants;
  }
});
