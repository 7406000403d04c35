import type { Revision } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Family, given, hostOf, openFamily } from '../support/tree-family.js';

let family: Family;

beforeEach(async () => {
  family = await openFamily();
});
afterEach(() => family.world.dispose());

describe('a backup that is put back', () => {
  // breaks law 3 when: the store does not compare its head with the mark
  it('is refused by a plain start, because it is behind what was committed', async () => {
    const { world, root } = family;
    const putBack = world.under.backup();
    await world.cut(root);
    expect(await world.restore(putBack)).toBe('store_behind_mark');
  });

  // breaks law 3 when: restore appends its cut below the mark, or leaves out the evidence that was cut
  it('resurrects nothing: sessions, tokens, holds, evidence, join tokens, at broker and verifier', async () => {
    const { world, root, child, grandchild, rootHost, writerHost } = family;
    const waiting = await hostOf(world, 'batch');
    const { text } = given(await world.childToken(root, 'writer'));
    const early = given(await world.issue(grandchild, 300));
    const putBack = world.under.backup();
    const late = given(await world.openRoot(rootHost));
    const lateToken = given(await world.issue(late, 300));
    given(await world.suspend(child));
    given(await world.cutTarget({ kind: 'evidence-key', key: writerHost.key.thumbprint }));
    await world.catchUp();
    const head = world.store.head();
    await world.restore(putBack);

    expect(world.store.head()).toBeGreaterThan(head);
    for (const session of [root, child, grandchild]) {
      expect(await world.issue(session)).toMatch(/session_revoked|session_unknown/);
    }
    expect(await world.issue(late)).toBe('session_unknown');
    expect(await world.openRoot(writerHost)).toBe('evidence_key_revoked');
    expect(await world.openRoot(rootHost)).toBe('evidence_key_expired');
    expect(await world.openRoot(waiting)).toBe('join_token_unknown');
    expect(await world.openChild(await hostOf(world, 'writer'), text)).toMatch(/child_join_token/);
    for (const token of [early, lateToken]) expect(await world.use(token)).toMatch(/^token_cut/);
    // Fresh evidence begins anew, and what it gets is above everything that any verifier has seen.
    const fresh = given(await world.openRoot(await hostOf(world, 'triage')));
    const issued = given(await world.issue(fresh));
    expect(issued.claims.revision).toBeGreaterThan(head);
    expect(await world.use(issued)).toBe('ok');
  });

  // breaks law 3 when: revisions of the restored log begin again from its own head
  it('goes on above the mark: no revision is used twice, and a restart changes nothing', async () => {
    const { world, root, rootHost } = family;
    const putBack = world.under.backup();
    const lost = [
      await world.cut(root),
      given(await world.suspend(given(await world.openRoot(rootHost)))).revision,
    ];
    world.clock.stepWall(-3_600);
    await world.restore(putBack);
    const log = () => world.store.logAfter(0 as Revision, 10_000).map(({ revision }) => revision);
    const kept = log();
    expect(lost.filter((revision) => kept.includes(revision))).toEqual([]);
    expect(Math.max(...kept)).toBeGreaterThan(Math.max(...lost));
    const next = given(await world.openRoot(await hostOf(world, 'triage')));
    await world.cut(next);
    await world.restart();
    expect(log().slice(0, kept.length)).toEqual(kept);
    expect(await world.issue(next)).toBe('session_revoked');
  });
});
