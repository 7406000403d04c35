import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Family, given, hostOf, openFamily } from '../support/tree-family.js';

// F-78: yesterday's backup under a verifier that lives on; store, marks, feed and verifier are the real ones.

let family: Family;
beforeEach(async () => {
  family = await openFamily();
});
afterEach(() => family.world.dispose());

/** Cuts after a backup: a session, the evidence of another. Gives the backup and tokens from before it. */
async function cutSince() {
  const { world, root, grandchild, writerHost } = family;
  const thief = given(await world.openRoot(await hostOf(world, 'triage')));
  const stolen = given(await world.issue(thief));
  const below = given(await world.issue(grandchild, 300));
  const good = given(await world.issue(root, 300));
  const putBack = world.under.backup();
  await world.cut(thief);
  given(await world.cutTarget({ kind: 'evidence-key', key: writerHost.key.thumbprint }));
  await world.catchUp();
  expect(await world.use(good)).toBe('ok');
  return { thief, stolen, below, good, putBack };
}

describe('F-78 an old backup under live verifiers', () => {
  // breaks when: the store starts behind its mark, or restore appends no cut of everything before
  it('F-78 starts only as a restore, and then nothing that was cut comes back and the verifier goes on', async () => {
    const { world, writerHost } = family;
    const { thief, stolen, below, good, putBack } = await cutSince();
    expect(await world.restore(putBack)).toBe('store_behind_mark');
    expect(await world.issue(thief)).toMatch(/session_revoked|session_unknown/);
    expect(await world.openRoot(writerHost)).toBe('evidence_key_revoked');
    for (const token of [stolen, below, good]) expect(await world.use(token)).toMatch(/^token_/);
    // The verifier, which was ahead, follows by itself.
    const fresh = given(await world.openRoot(await hostOf(world, 'triage')));
    expect(await world.use(given(await world.issue(fresh)))).toBe('ok');
    await world.restart();
    for (const token of [stolen, below, good]) expect(await world.use(token)).toMatch(/^token_/);
  });

  // breaks when: the Opening does not say whether the log knows the view, or the view does not ask
  it('F-78 without its marks starts unnoticed, and its verifier keeps the cuts and believes it no more', async () => {
    const { world } = family;
    const { thief, stolen, below, good, putBack } = await cutSince();
    const lost = async () => {
      await putBack();
      rmSync(join(world.under.directory, 'marks'), { recursive: true });
    };
    expect(await world.restore(lost)).toBeUndefined();
    // The broker, which has forgotten, issues to the thief again, above all that the verifier has seen.
    given(await world.suspend(given(await world.openRoot(await hostOf(world, 'triage')))));
    const again = given(await world.issue(thief));
    await world.catchUp();
    expect(await world.use(again)).toBe('token_cut');
    for (const token of [stolen, below]) expect(await world.use(token)).toBe('token_cut');
    expect(await world.use(good)).toBe('feed_stale');
    await world.restart();
    await world.catchUp();
    expect(await world.use(again)).toBe('token_cut');
    expect(await world.use(given(await world.issue(family.root)))).toBe('feed_stale');
    // Restored on purpose, from the same backup, everything begins anew.
    expect(await world.restore(putBack)).toBe('store_behind_mark');
    const fresh = given(await world.openRoot(await hostOf(world, 'triage')));
    expect(await world.use(given(await world.issue(fresh)))).toBe('ok');
    for (const token of [stolen, again, good]) expect(await world.use(token)).toMatch(/^token_/);
  });
});
