import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Family, given, openFamily } from '../support/tree-family.js';
import type { SessionInWorld } from '../support/world-sessions.js';

let family: Family;

beforeEach(async () => {
  family = await openFamily();
});
afterEach(() => family.world.dispose());

/** What ends or holds the grandchild of the family, asked for without a wait. */
const endings: Readonly<Record<string, readonly [string, (family: Family) => Promise<unknown>]>> = {
  'a cut of the session': [
    'session_revoked',
    ({ world, grandchild }) => world.cutTarget({ kind: 'session', id: grandchild.id }),
  ],
  'a cut of its root': [
    'session_revoked',
    ({ world, root }) => world.cutTarget({ kind: 'session', id: root.id }),
  ],
  'the end of its parent': ['session_ended', ({ world, child }) => world.end(child)],
  'a cut of its workload': [
    'session_revoked',
    ({ world }) => world.cutTarget({ kind: 'workload', name: 'writer' }),
  ],
  "a cut of its root's evidence": [
    'session_revoked',
    ({ world, rootHost }) =>
      world.cutTarget({ kind: 'evidence-key', key: rootHost.key.thumbprint }),
  ],
  'a cut of everything before now': ['session_revoked', ({ world }) => world.cutBefore(undefined)],
  'a hold of the session': [
    'session_suspended',
    ({ world, grandchild }) => world.suspend(grandchild),
  ],
  'a hold of its root': ['session_suspended', ({ world, root }) => world.suspend(root)],
};

/** What the grandchild does in the same tick. */
const acts: Readonly<Record<string, (family: Family) => Promise<unknown>>> = {
  issue: ({ world, grandchild }) => world.issue(grandchild),
  delegate: ({ world, grandchild }) => world.delegate(grandchild),
  renew: async ({ world, grandchild }) => given(await world.renewal(grandchild)),
  'make a child join token': ({ world, grandchild }) => world.childToken(grandchild, 'writer'),
  rekey: ({ world, grandchild, writerHost }) => world.rekey(grandchild, writerHost),
};

const pairs = Object.keys(endings).flatMap((ending) =>
  Object.keys(acts).map((act) => ({ ending, act })),
);

describe('in the same tick', () => {
  // breaks law 2 when: the store's step judges the path that the command has read, not the one of its turn
  it.each(pairs)('$ending, then $act: refused', async ({ ending, act }) => {
    const [reason, end] = endings[ending] as (typeof endings)[string];
    const ended = end(family);
    const acted = act === 'renew' ? family.world.renewal(family.grandchild) : acts[act]?.(family);
    given(await ended);
    expect(await acted).toBe(reason);
  });

  // breaks law 2 when: a cut leaves out what was opened, or issued, in its own group of writes
  it.each(pairs)('$act, then $ending: nothing that came of it is good', async ({ ending, act }) => {
    const { world, grandchild } = family;
    const [reason, end] = endings[ending] as (typeof endings)[string];
    const oldKey = grandchild.key;
    const acted = Promise.resolve(acts[act]?.(family)).catch((fault: Error) => fault.message);
    const ended = end(family);
    const came = await acted;
    given(await ended);
    await world.catchUp();
    // All but a rekey, which reads its evidence first, are in the queue before the cut.
    if (act !== 'rekey') expect(came).not.toBe(reason);
    expect(await world.issue(grandchild)).toBe(reason);
    if (act === 'issue') expect(await world.use(given(came as never))).toMatch(/^token_cut/);
    if (act === 'delegate') expect(await world.issue(given(came) as SessionInWorld)).toBe(reason);
    if (act === 'make a child join token') {
      const { text } = given(came) as { text: string };
      expect(await world.openChild(family.writerHost, text)).not.toMatchObject({ key: {} });
    }
    if (act === 'rekey' && came === reason) expect(grandchild.key).toBe(oldKey);
  });
});

describe('a hold and its end around an issue', () => {
  // breaks law 3 when: resume takes the row of the hold out of the log or the view
  it('leaves dead what was issued before, and lets live what is issued after', async () => {
    const { world, root, grandchild } = family;
    const before = given(await world.issue(grandchild));
    const held = world.suspend(root);
    const during = world.issue(grandchild);
    const resumed = world.resume(root);
    const after = world.issue(grandchild);
    given(await held);
    expect(await during).toBe('session_suspended');
    expect(await resumed).toBe(3);
    await world.catchUp();
    expect(await world.use(before)).toBe('token_cut');
    expect(await world.use(given(await after))).toBe('ok');
  });

  // breaks law 3 when: the mark of a hold is kept in memory only
  it('is still a hold after a restart, and after an end of tokens alone', async () => {
    const { world, child, grandchild } = family;
    given(await world.suspend(child));
    given(await world.cutTokens(child));
    expect(await world.issue(grandchild)).toBe('session_suspended');
    await world.restart();
    expect(await world.issue(grandchild)).toBe('session_suspended');
    expect(await world.resume(grandchild)).toBe('session_not_suspended');
    expect(await world.resume(child)).toBe(2);
    expect(await world.use(given(await world.issue(grandchild)))).toBe('ok');
  });
});

describe('a rekey', () => {
  // breaks law 1 when: mint takes the key that the session had when it was opened
  it('leaves the old key nothing: no token of before, none that is bound to it', async () => {
    const { world, grandchild, writerHost } = family;
    const before = given(await world.issue(grandchild));
    const oldKey = grandchild.key;
    given(await world.rekey(grandchild, writerHost));
    await world.catchUp();
    expect(await world.use(before)).toBe('token_cut');
    const after = given(await world.issue(grandchild));
    expect(await world.use(after)).toBe('ok');
    expect(await world.use({ ...after, key: oldKey })).toBe('proof_wrong_key');
  });

  // breaks when: the store takes any evidence key of the same workload
  it('needs the evidence of the session itself, and a child that shares has none', async () => {
    const { world, child, grandchild, rootHost } = family;
    expect(await world.rekey(child, rootHost)).toBe('rekey_needs_evidence');
    const [other] = given(await world.newHosts('writer'));
    if (other === undefined) throw new Error('no machine was made');
    given(await world.openRoot(other));
    expect(await world.rekey(grandchild, other)).toBe('evidence_key_unknown');
  });
});
