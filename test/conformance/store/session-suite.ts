import { revisionZero } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { type OpenStore, plusSeconds, sessionIdOf } from '../../support/store.js';
import { openAsk, openRoots, under } from './asks.js';
import { freshStore } from './fixture.js';
import { childOf } from './tree-asks.js';

/** Reads from memory, issuing, renewing, ending, expiring. */
export function sessionSuite(name: string, open: OpenStore): void {
  describe(`${name}: sessions`, () => {
    const fresh = freshStore(open);
    const ids = (sessions: readonly { id: string }[]) => sessions.map(({ id }) => id);

    it('gives the path of a session from its root to itself, and none for one that there is not', async () => {
      const [root] = await openRoots(fresh.current, 'root');
      if (root === undefined) throw new Error('no root');
      const child = childOf(root, 'child');
      const store = await fresh.current.plant([child, childOf(child, 'grandchild')]);
      const path = store.path(sessionIdOf('grandchild'));
      expect(ids(path)).toEqual(['root', 'child', 'grandchild'].map(sessionIdOf));
      expect(store.path(sessionIdOf('nobody'))).toEqual([]);
      expect(store.session(sessionIdOf('nobody'))).toBeUndefined();
    });

    it('says how many sessions live and what waits to be written', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'a', 'b');
      expect(store.load()).toMatchObject({ sessionsLive: 2, writesWaiting: 0, cutsWaiting: 0 });
      const renewed = store.renewSession(under(clock, 'a', 'session_renewed'));
      const cut = store.cutSession(under(clock, 'b', 'session_cut'));
      expect(store.load()).toMatchObject({ writesWaiting: 1, cutsWaiting: 1 });
      await Promise.all([renewed, cut]);
      await store.expireSessions(clock.now());
      expect(store.load()).toMatchObject({ sessionsLive: 1, writesWaiting: 0, cutsWaiting: 0 });
    });

    it('lists live sessions, newest first, after the one named, also when that one has ended', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'a', 'b', 'c', 'd', 'e');
      await store.endSession(under(clock, 'd', 'session_ended'));
      const first = store.liveSessions({ size: 2, after: undefined });
      expect(ids(first)).toEqual(['e', 'c'].map(sessionIdOf));
      await store.endSession(under(clock, 'c', 'session_ended'));
      const second = store.liveSessions({ size: 2, after: sessionIdOf('c') });
      expect(ids(second)).toEqual(['b', 'a'].map(sessionIdOf));
      expect(store.liveSessions({ size: 2, after: sessionIdOf('a') })).toEqual([]);
      expect(store.liveSessions({ size: 2, after: sessionIdOf('nobody') })).toEqual([]);
    });

    it('issues with the head of the log and one audit event, and stores nothing else', async () => {
      const { store, clock, written } = fresh.current;
      await openRoots(fresh.current, 'a', 'b');
      await store.cutSession(under(clock, 'b', 'session_cut'));
      const { audit: auditBefore, ...before } = written() as { audit: unknown[] };
      const issued = await store.issueToken(under(clock, 'a', 'token_issued'));
      expect(issued).toEqual({ ok: true, value: store.head() });
      const { audit, ...after } = written() as { audit: unknown[] };
      expect(after).toEqual(before);
      expect(audit.length).toBe(auditBefore.length + 1);
    });

    it('renews with the activity noted and one audit event', async () => {
      const { store, clock, audit } = fresh.current;
      const [session] = await openRoots(fresh.current, 'a');
      clock.advance(500);
      const renewed = await store.renewSession(under(clock, 'a', 'session_renewed'));
      expect(renewed.ok && renewed.value).toEqual({ ...session, activeAt: clock.now() });
      expect(audit().at(-1)?.kind).toBe('session_renewed');
    });

    // breaks when: act.ts checks only the session itself, or checks before the transaction
    it.each(['issueToken', 'renewSession'] as const)(
      '%s refuses when the session or one above it has ended or run out, and writes nothing',
      async (verb) => {
        const roots = await openRoots(fresh.current, 'cut', 'ended', 'idle', 'short', 'live');
        const store = await fresh.current.plant(
          roots.flatMap((root) => {
            const absoluteEndAt = plusSeconds(root.openedAt, root === roots[3] ? 300 : 28_800);
            const parent = childOf(root, `${root.id} mid`, { absoluteEndAt });
            return [
              parent,
              childOf(parent, `child ${roots.indexOf(root)}`, {
                absoluteEndAt: root.absoluteEndAt,
              }),
            ];
          }),
        );
        const { clock, written } = fresh.current;
        await store.cutSession(under(clock, 'cut', 'session_cut'));
        await store.endSession(under(clock, 'ended', 'session_ended'));
        clock.advance(301);
        const live = await store.issueToken(under(clock, 'live', 'token_issued'));
        expect(live.ok).toBe(true);
        await store.issueToken(under(clock, 'child 4', 'token_issued'));
        const before = written();
        const answers: Record<string, string> = {};
        const refused = ['cut', 'ended', 'child 0', 'child 1', 'child 3', 'nobody'];
        for (const session of refused) {
          const done = await store[verb](under(clock, session, 'token_issued'));
          answers[session] = done.ok ? 'allowed' : done.error;
        }
        expect(answers).toEqual({
          cut: 'session_revoked',
          ended: 'session_ended',
          'child 0': 'session_revoked',
          'child 1': 'session_ended',
          'child 3': 'ancestor_ended',
          nobody: 'session_unknown',
        });
        clock.advance(299);
        const idle = await store[verb](under(clock, 'idle', 'token_issued'));
        expect(idle).toEqual({ ok: false, error: 'session_expired' });
        expect(written()).toEqual(before);
      },
    );

    // breaks when: noteActivity runs for the session itself only
    it('counts the activity of a descendant for every session above it', async () => {
      const [root] = await openRoots(fresh.current, 'root');
      if (root === undefined) throw new Error('no root');
      const store = await fresh.current.plant([childOf(root, 'child')]);
      const { clock } = fresh.current;
      for (let round = 0; round < 5; round += 1) {
        clock.advance(599);
        const done = await store.issueToken(under(clock, 'child', 'token_issued'));
        expect(done.ok).toBe(true);
      }
      clock.advance(599);
      expect((await store.issueToken(under(clock, 'root', 'token_issued'))).ok).toBe(true);
    });

    it('lets no activity carry a session past its absolute end', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'a');
      for (let at = 0; at < 28_800 - 599; at += 599) {
        clock.advance(599);
        expect((await store.renewSession(under(clock, 'a', 'session_renewed'))).ok).toBe(true);
      }
      clock.advance(28_800 - 48 * 599);
      const late = await store.renewSession(under(clock, 'a', 'session_renewed'));
      expect(late).toEqual({ ok: false, error: 'session_expired' });
    });

    it('ends a session and everything below it, and gives the first revision when it is ended again', async () => {
      const [root] = await openRoots(fresh.current, 'root');
      if (root === undefined) throw new Error('no root');
      const store = await fresh.current.plant([childOf(root, 'child')]);
      const { clock, written } = fresh.current;
      const first = await store.endSession(under(clock, 'root', 'session_ended'));
      expect(first).toEqual({ ok: true, value: store.head() });
      expect(store.session(sessionIdOf('child'))?.end).toBe('ended');
      const before = written();
      clock.advance(5);
      expect(await store.endSession(under(clock, 'root', 'session_ended'))).toEqual(first);
      expect(await store.endSession(under(clock, 'child', 'session_ended'))).toEqual(first);
      expect(written()).toEqual(before);
      const row = { kind: 'handle', handle: sessionIdOf('root'), absolute: true };
      expect(store.logAfter(revisionZero, 10).map(({ entry }) => entry)).toEqual([row]);
    });

    it('holds the session for its own key only: another session of the workload lives on', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'a');
      await store.openSession(openAsk(clock, { session: 'b', evidenceKey: 'a' }));
      await store.endSession(under(clock, 'a', 'session_ended'));
      expect((await store.issueToken(under(clock, 'b', 'token_issued'))).ok).toBe(true);
    });
  });
}
