import { describe, expect, it } from 'vitest';
import { type OpenStore, type StoreUnderTest, sessionIdOf } from '../../support/store.js';
import {
  event,
  handlesOf,
  mailer,
  newToken,
  openAsk,
  openRoots,
  ownerOf,
  reasonOf,
  triage,
  under,
} from './asks.js';
import { freshStore } from './fixture.js';
import { childTokenAsk, delegateAsk, delegateLine, openElsewhere } from './tree-asks.js';

/** The bounds of a delegation, on both ways. */
export function delegateBoundsSuite(name: string, open: OpenStore): void {
  describe(`${name}: bounds of a delegation`, () => {
    const fresh = freshStore(open);
    const delegate = async (on: StoreUnderTest, parent: string, child: string, depthMax = 8) =>
      reasonOf(await on.store.delegateSession(delegateAsk(on.clock, parent, child, { depthMax })));
    const invite = async (on: StoreUnderTest, parent: string, token: string, over = {}) =>
      reasonOf(await on.store.createChildJoinToken(childTokenAsk(on.clock, parent, token, over)));

    // breaks when: delegation-bounds.ts compares with > instead of >=
    it('refuses a path of more than sessionDepth sessions, or than today allows', async () => {
      const on = fresh.current;
      await openRoots(on, 'root');
      await delegateLine(on, 'root', 'a', 'b', 'c', 'd', 'e', 'f', 'g');
      expect(on.store.path(sessionIdOf('g')).length).toBe(8);
      const before = on.written();
      expect(await delegate(on, 'g', 'x', 100)).toBe('delegation_too_deep');
      expect(await delegate(on, 'a', 'x', 2)).toBe('delegation_too_deep');
      expect(await invite(on, 'g', 'x', { depthMax: 100 })).toBe('delegation_too_deep');
      expect(await invite(on, 'a', 'x', { depthMax: 2 })).toBe('delegation_too_deep');
      expect(on.written()).toEqual(before);
      expect(await delegate(on, 'a', 'x', 3)).toBe('ok');
    });

    it('refuses a redeemed child that lies deeper than today allows, and its token stays good', async () => {
      const on = fresh.current;
      await openRoots(on, 'root', 'other');
      await invite(on, 'root', 't');
      const asked = { session: 'x', evidenceKey: 'other', child: 't' };
      const deep = await on.store.openSession(openAsk(on.clock, { ...asked, depthMax: 1 }));
      expect(reasonOf(deep)).toBe('delegation_too_deep');
      const fits = await on.store.openSession(openAsk(on.clock, { ...asked, depthMax: 2 }));
      expect(reasonOf(fits)).toBe('ok');
    });

    // breaks when: countWaiting is left out, or counts what was redeemed or has expired
    it('refuses more than childrenPerSession live children and child join tokens that wait', async () => {
      const on = await fresh.with({ childrenPerSession: 3 });
      await openRoots(on, 'root', 'other');
      expect(await delegate(on, 'root', 'a')).toBe('ok');
      expect(await invite(on, 'root', 't')).toBe('ok');
      expect(await delegate(on, 'root', 'b')).toBe('ok');
      const before = on.written();
      expect(await delegate(on, 'root', 'c')).toBe('children_limit');
      expect(await invite(on, 'root', 'u')).toBe('children_limit');
      expect(on.written()).toEqual(before);
      const redeemed = openAsk(on.clock, { session: 'r', evidenceKey: 'other', child: 't' });
      expect(reasonOf(await on.store.openSession(redeemed))).toBe('ok');
      expect(await delegate(on, 'root', 'c')).toBe('children_limit');
      await on.store.endSession(under(on.clock, 'a', 'session_ended'));
      expect(await delegate(on, 'root', 'c')).toBe('ok');
      expect(await delegate(on, 'a', 'd')).toBe('session_ended');
    });

    it('counts no child join token that has expired, and no child that has idled out', async () => {
      const on = await fresh.with({ childrenPerSession: 2 });
      await openRoots(on, 'root');
      await invite(on, 'root', 't');
      await delegate(on, 'root', 'a');
      expect(await delegate(on, 'root', 'b')).toBe('children_limit');
      on.clock.advance(60);
      expect(await delegate(on, 'root', 'b')).toBe('ok');
      on.clock.advance(540);
      await on.store.issueToken(under(on.clock, 'b', 'token_issued'));
      expect(await delegate(on, 'root', 'c')).toBe('ok');
      expect(await delegate(on, 'root', 'd')).toBe('children_limit');
    });

    // breaks when: countOfMember forgets the root, or a held session does not count
    it('refuses more than sessionsPerTree live sessions of one workload in one tree', async () => {
      const on = await fresh.with({ sessionsPerTree: 3 });
      await on.store.memberHandles(triage, ownerOf(triage), handlesOf(triage));
      await openRoots(on, 'root', 'beside');
      await delegateLine(on, 'root', 'a', 'b');
      expect(await delegate(on, 'root', 'x')).toBe('tree_limit');
      expect(await invite(on, 'a', 'x')).toBe('tree_limit');
      expect(await invite(on, 'a', 'm', { member: mailer })).toBe('ok');
      expect(await delegate(on, 'beside', 'y')).toBe('ok');
      await on.store.suspendSession(under(on.clock, 'b', 'session_suspended'));
      expect(await delegate(on, 'root', 'x')).toBe('tree_limit');
      await on.store.cutSession(under(on.clock, 'b', 'session_cut'));
      expect(await delegate(on, 'root', 'x')).toBe('ok');
    });

    it('counts the redeemed child against the tree of its parent', async () => {
      const on = await fresh.with({ sessionsPerTree: 1 });
      await openRoots(on, 'root');
      const child = await openElsewhere(on, 'root', 'm', mailer);
      expect(child.name).toBe('mail-writer');
      await invite(on, 'root', 'n', { member: mailer });
      await on.store.createJoinToken(newToken(on.clock, 'n', { member: mailer }), event(on.clock));
      const asked = openAsk(on.clock, { session: 'n', token: 'n', child: 'n', member: mailer });
      expect(reasonOf(await on.store.openSession(asked))).toBe('tree_limit');
    });

    it('refuses more than sessionsPerMember live sessions, roots and children together', async () => {
      const on = await fresh.with({ sessionsPerMember: 3 });
      await openRoots(on, 'root', 'beside');
      expect(await delegate(on, 'root', 'a')).toBe('ok');
      const before = on.written();
      expect(await delegate(on, 'beside', 'x')).toBe('sessions_limit');
      const root = openAsk(on.clock, { session: 'y', evidenceKey: 'root' });
      expect(reasonOf(await on.store.openSession(root))).toBe('sessions_limit');
      expect(on.written()).toEqual(before);
    });

    it('lets nobody come in by holding sessions back: what is held counts', async () => {
      const on = await fresh.with({ sessionsPerMember: 2 });
      await openRoots(on, 'a', 'b');
      for (const held of ['a', 'b']) {
        await on.store.suspendSession(under(on.clock, held, 'session_suspended'));
      }
      on.clock.advance(1_000);
      const third = openAsk(on.clock, { session: 'c', evidenceKey: 'a' });
      expect(reasonOf(await on.store.openSession(third))).toBe('sessions_limit');
    });
  });
}
