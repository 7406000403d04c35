import { type Revision, revisionZero } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { type OpenStore, type StoreUnderTest, sessionIdOf } from '../../support/store.js';
import { event, openAsk, openRoots, under } from './asks.js';
import { freshStore } from './fixture.js';
import { childOf } from './tree-asks.js';

/** Cuts: final, one row whatever hangs below, never lost. */
export function cutSuite(name: string, open: OpenStore): void {
  describe(`${name}: cuts`, () => {
    const fresh = freshStore(open);
    const cut = ({ store, clock }: StoreUnderTest, session: string) =>
      store.cutSession(under(clock, session, 'session_cut'));
    const cutBefore = ({ store, clock }: StoreUnderTest, before?: Revision) =>
      store.cutBefore({ before, now: clock.now(), audit: event(clock, 'before_cut') });

    // breaks when: addShare stops too early, or a row is written for each of them
    it('ends a session and a wide and deep tree below it with one row, and nothing beside it', async () => {
      const [root, beside] = await openRoots(fresh.current, 'root', 'beside');
      if (root === undefined || beside === undefined) throw new Error('no roots');
      const children = Array.from({ length: 64 }, (_, at) => childOf(root, `child ${at}`));
      let deepest = children[0] ?? root;
      const deep = Array.from({ length: 2_000 }, (_, at) => {
        deepest = childOf(deepest, `deep ${at}`);
        return deepest;
      });
      const store = await fresh.current.plant([...children, ...deep]);
      const done = await cut(fresh.current, 'root');
      expect(done).toEqual({
        ok: true,
        value: { revision: store.head(), sessionsEnded: 1 + 64 + 2_000 },
      });
      expect(store.logAfter(revisionZero, 10)).toEqual([
        {
          revision: store.head(),
          entry: { kind: 'handle', handle: root.id, absolute: true },
        },
      ]);
      expect(store.session(deepest.id)?.end).toBe('revoked');
      expect(store.path(deepest.id).every(({ end }) => end === 'revoked')).toBe(true);
      expect(store.session(beside.id)?.end).toBeUndefined();
      const after = await fresh.current.reopen();
      expect(after.session(deepest.id)?.end).toBe('revoked');
      expect(after.session(beside.id)?.end).toBeUndefined();
    });

    it('leaves what is above the session alive', async () => {
      const [root] = await openRoots(fresh.current, 'root');
      if (root === undefined) throw new Error('no root');
      const child = childOf(root, 'child');
      const store = await fresh.current.plant([child, childOf(child, 'grandchild')]);
      const done = await cut(fresh.current, 'child');
      expect(done.ok && done.value.sessionsEnded).toBe(2);
      const issued = await store.issueToken(under(fresh.current.clock, 'root', 'token_issued'));
      expect(issued.ok).toBe(true);
      const whole = await cut(fresh.current, 'root');
      expect(whole.ok && whole.value.sessionsEnded).toBe(1);
    });

    it('gives the first revision when a session is cut again, above or below, and writes nothing', async () => {
      const [root] = await openRoots(fresh.current, 'root');
      if (root === undefined) throw new Error('no root');
      await fresh.current.plant([childOf(root, 'child')]);
      const first = await cut(fresh.current, 'root');
      const before = fresh.current.written();
      fresh.current.clock.advance(1);
      const again = { ok: true, value: { ...(first.ok && first.value), sessionsEnded: 0 } };
      expect(await cut(fresh.current, 'root')).toEqual(again);
      expect(await cut(fresh.current, 'child')).toEqual(again);
      expect(fresh.current.written()).toEqual(before);
    });

    // breaks when: cutSession gives the first revision for any end
    it('revokes on top what has ended in another way', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'ended', 'expired');
      await store.endSession(under(clock, 'ended', 'session_ended'));
      clock.advance(600);
      await store.expireSessions(clock.now());
      for (const session of ['ended', 'expired']) {
        const head = store.head();
        const done = await cut(fresh.current, session);
        expect(done.ok && done.value.revision).toBeGreaterThan(head);
        expect(done.ok && done.value.sessionsEnded).toBe(0);
        expect(store.session(sessionIdOf(session))?.end).toBe('revoked');
      }
      const after = await fresh.current.reopen();
      expect(after.session(sessionIdOf('ended'))?.end).toBe('revoked');
    });

    it('revokes what ended so long ago that memory has let it go, but not what was forgotten', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'a');
      await store.endSession(under(clock, 'a', 'session_ended'));
      await store.expireSessions(clock.now());
      clock.advance(7_200);
      await store.expireSessions(clock.now());
      expect(store.session(sessionIdOf('a'))).toBeUndefined();
      const done = await cut(fresh.current, 'a');
      expect(done).toEqual({ ok: true, value: { revision: store.head(), sessionsEnded: 0 } });
      expect(await cut(fresh.current, 'a')).toEqual(done);
      clock.advance(28_800 + 604_800);
      await store.expireSessions(clock.now());
      expect(await cut(fresh.current, 'a')).toEqual({ ok: false, error: 'session_unknown' });
    });

    it('refuses to cut a session that there is not, and writes nothing', async () => {
      const before = fresh.current.written();
      const done = await cut(fresh.current, 'nobody');
      expect(done).toEqual({ ok: false, error: 'session_unknown' });
      expect(fresh.current.written()).toEqual(before);
    });

    it('ends everything until now by a row that names its own revision; what opens after it lives', async () => {
      const [root] = await openRoots(fresh.current, 'a', 'b');
      if (root === undefined) throw new Error('no root');
      const store = await fresh.current.plant([childOf(root, 'child')]);
      const { clock } = fresh.current;
      const [done, opened] = await Promise.all([
        cutBefore(fresh.current),
        store.openSession(openAsk(clock, { session: 'new', evidenceKey: 'a' })),
      ]);
      const revision = store.head();
      expect(done).toEqual({ ok: true, value: { revision, sessionsEnded: 3 } });
      expect(store.logAfter(revisionZero, 10)).toEqual([
        { revision, entry: { kind: 'before', before: revision } },
      ]);
      expect(opened.ok).toBe(true);
      const ends = (s: typeof store) =>
        ['a', 'b', 'child', 'new'].map((one) => s.session(sessionIdOf(one))?.end);
      const expected = ['revoked', 'revoked', 'revoked', undefined];
      expect(ends(store)).toEqual(expected);
      expect(ends(await fresh.current.reopen())).toEqual(expected);
    });

    // breaks when: isUnended or standingAboveRoot compares the other way at the revision itself
    it('ends what was opened before a revision and lets live what was opened at it', async () => {
      await openRoots(fresh.current, 'old', 'victim');
      const first = await cut(fresh.current, 'victim');
      if (!first.ok) throw new Error('no cut');
      const { revision } = first.value;
      await openRoots(fresh.current, 'at');
      const done = await cutBefore(fresh.current, revision);
      expect(done.ok && done.value.sessionsEnded).toBe(1);
      expect(fresh.current.store.session(sessionIdOf('old'))?.end).toBe('revoked');
      expect(fresh.current.store.session(sessionIdOf('at'))?.end).toBeUndefined();
      const wider = await cutBefore(fresh.current, revisionZero);
      expect(wider.ok && wider.value.sessionsEnded).toBe(0);
      expect(fresh.current.store.session(sessionIdOf('old'))?.end).toBe('revoked');
    });

    it('revokes a session that a cut before has ended by its own handle too: its tokens may be newer', async () => {
      const { store } = fresh.current;
      await openRoots(fresh.current, 'a');
      const all = await cutBefore(fresh.current);
      const own = await cut(fresh.current, 'a');
      expect(own.ok && all.ok && own.value.revision > all.value.revision).toBe(true);
      expect(own.ok && own.value.sessionsEnded).toBe(0);
      expect(store.logAfter(revisionZero, 10).length).toBe(2);
    });

    it('refuses a revision that the log has not reached, and writes nothing', async () => {
      await openRoots(fresh.current, 'a');
      const before = fresh.current.written();
      const ahead = (fresh.current.store.head() + 1) as Revision;
      const done = await cutBefore(fresh.current, ahead);
      expect(done).toEqual({ ok: false, error: 'revision_in_future' });
      expect(fresh.current.written()).toEqual(before);
      expect(fresh.current.store.session(sessionIdOf('a'))?.end).toBeUndefined();
    });
  });
}
