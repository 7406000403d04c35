import { describe, expect, it } from 'vitest';
import { type OpenStore, type StoreUnderTest, sessionIdOf } from '../../support/store.js';
import { answerOf, event, openRoots, reasonOf, triage, under } from './asks.js';
import { freshStore } from './fixture.js';
import { delegateLine } from './tree-asks.js';
import { keptTexts, watchRow } from './watch-asks.js';

const rowOf = (session: string, text = session) => watchRow('session', sessionIdOf(session), text);

/** What the watch keeps. */
export function watchSuite(name: string, open: OpenStore): void {
  describe(`${name}: what the watch keeps`, () => {
    const fresh = freshStore(open);
    const kept = (on: StoreUnderTest, ...sessions: string[]) => {
      const texts = keptTexts(on.store, 'session');
      return sessions.filter((session) => sessionIdOf(session) in texts);
    };

    it('is the last of each name, over a restart and a crash', async () => {
      const on = fresh.current;
      await openRoots(on, 'a', 'b');
      const first = [watchRow('profile', 'w', 'one'), watchRow('profile', 'v', 'v'), rowOf('a')];
      answerOf(await on.store.keepWatch([...first, watchRow('asked', 'w', 'scopes')]));
      answerOf(await on.store.keepWatch([watchRow('profile', 'w', 'two'), rowOf('b', '')]));
      for (const again of [() => on.store, on.crash, on.reopen]) {
        const store = await again();
        expect(keptTexts(store, 'profile')).toEqual({ w: 'two', v: 'v' });
        expect(keptTexts(store, 'asked')).toEqual({ w: 'scopes' });
        expect(keptTexts(store, 'session')).toEqual({
          [sessionIdOf('a')]: 'a',
          [sessionIdOf('b')]: '',
        });
      }
    });

    it('is forgotten when it is said so, and of nobody else', async () => {
      const on = fresh.current;
      await openRoots(on, 'a');
      answerOf(await on.store.keepWatch([watchRow('profile', 'w', 'x'), rowOf('a')]));
      const gone = { kind: 'profile', name: 'w', bytes: undefined } as const;
      answerOf(await on.store.keepWatch([gone]));
      expect([keptTexts(on.store, 'profile'), kept(on, 'a')]).toEqual([{}, ['a']]);
    });

    it('has no audit record', async () => {
      const on = fresh.current;
      const before = on.audit();
      answerOf(await on.store.keepWatch([watchRow('profile', 'w', 'x')]));
      expect(on.audit()).toEqual(before);
    });

    // breaks when: rows are kept by their names alone
    it('holds no state of a session that nobody has opened or that has ended', async () => {
      const on = fresh.current;
      await openRoots(on, 'live', 'ended');
      await on.store.endSession(under(on.clock, 'ended', 'session_ended'));
      answerOf(await on.store.keepWatch([rowOf('nobody'), rowOf('ended'), rowOf('live')]));
      expect(kept(on, 'nobody', 'ended', 'live')).toEqual(['live']);
    });

    // breaks when: expire.ts leaves the state of what a cut or the clock has ended
    it('loses the state of a session with its end, in whatever way, by the next sweep', async () => {
      const on = fresh.current;
      await openRoots(on, 'live', 'cut', 'idle', 'root');
      await delegateLine(on, 'root', 'below');
      const all = ['live', 'cut', 'idle', 'root', 'below'];
      answerOf(await on.store.keepWatch(all.map((session) => rowOf(session))));
      on.clock.advance(500);
      for (const each of ['live', 'cut', 'root', 'below'])
        answerOf(await on.store.renewSession(under(on.clock, each, 'session_renewed')));
      await on.store.cutSession(under(on.clock, 'cut', 'session_cut'));
      await on.store.endSession(under(on.clock, 'root', 'session_ended'));
      on.clock.advance(100);
      await on.store.expireSessions(on.clock.now());
      expect(kept(on, ...all)).toEqual(['live']);
    });

    // breaks when: assemble.ts does not look for what a crash has left
    it('has at a start no state of a session that ended before it', async () => {
      const on = fresh.current;
      await openRoots(on, 'live', 'cut', 'ended');
      answerOf(await on.store.keepWatch([rowOf('live'), rowOf('cut'), rowOf('ended')]));
      await on.store.endSession(under(on.clock, 'ended', 'session_ended'));
      await on.store.cutSession(under(on.clock, 'cut', 'session_cut'));
      await on.reopen();
      expect(kept(on, 'live', 'cut', 'ended')).toEqual(['live']);
    });

    // breaks when: forgetWatchOf looks at profiles alone
    it('loses what was kept of a workload that is registered no more', async () => {
      const on = fresh.current;
      const kinds = ['profile', 'asked'] as const;
      const rows = kinds.flatMap((kind) => [
        watchRow(kind, triage.name, 'x'),
        watchRow(kind, 'gone', 'x'),
      ]);
      answerOf(await on.store.keepWatch(rows));
      await on.store.changeRegistry({
        isRegistered: ({ kind, name: each }) => kind === 'workload' && each === triage.name,
        ownerOf: () => 'team',
        now: on.clock.now(),
        audit: event(on.clock, 'registry_changed'),
      });
      for (const kind of kinds)
        expect(Object.keys(keptTexts(on.store, kind))).toEqual([triage.name]);
    });

    it('is written by one call at a time', async () => {
      const on = fresh.current;
      const answers = await Promise.all([
        on.store.keepWatch([watchRow('profile', 'a', 'x')]),
        on.store.keepWatch([watchRow('profile', 'b', 'x')]),
      ]);
      expect(answers.map(reasonOf)).toEqual(['ok', 'store_busy']);
      expect(reasonOf(await on.store.keepWatch([watchRow('profile', 'b', 'x')]))).toBe('ok');
      expect(keptTexts(on.store, 'profile')).toEqual({ a: 'x', b: 'x' });
    });

    // breaks when: all rows are one write
    it('lets others write before it is all written, also a cut', async () => {
      const on = await fresh.with({ watchRowsPerCommit: 2 });
      await openRoots(on, 'a', 'b');
      const keptNow = () => Object.keys(keptTexts(on.store, 'profile')).length;
      const rows = Array.from({ length: 40 }, (_, at) => watchRow('profile', `w${at}`, 'x'));
      const keeping = on.store.keepWatch(rows);
      const issued = on.store.issueToken(under(on.clock, 'a', 'token_issued'));
      const cut = on.store.cutSession(under(on.clock, 'b', 'session_cut'));
      const seen = await Promise.all([issued.then(keptNow), cut.then(keptNow)]);
      for (const count of seen) expect(count).toBeLessThan(10);
      answerOf(await keeping);
      expect(keptNow()).toBe(40);
    });

    it('takes rows of watchRowBytes, and nothing of a call with a larger one', async () => {
      const on = await fresh.with({ watchRowBytes: 8 });
      answerOf(await on.store.keepWatch([watchRow('profile', 'a', 'x'.repeat(8))]));
      const call = on.store.keepWatch([
        watchRow('profile', 'a', 'y'),
        watchRow('profile', 'b', 'x'.repeat(9)),
      ]);
      await expect(call).rejects.toThrow(RangeError);
      expect(keptTexts(on.store, 'profile')).toEqual({ a: 'x'.repeat(8) });
      expect(reasonOf(await on.store.keepWatch([watchRow('profile', 'b', 'y')]))).toBe('ok');
    });

    it('can be read beyond a page, while others write', async () => {
      const on = fresh.current;
      const names = Array.from({ length: 600 }, (_, at) => `w${String(at).padStart(4, '0')}`);
      answerOf(await on.store.keepWatch(names.map((each) => watchRow('profile', each, each))));
      const read: string[] = [];
      for (const { name: each } of on.store.watchRows('profile')) {
        if (read.length === 1) answerOf(await on.store.appendAudit(event(on.clock)));
        read.push(each);
      }
      expect(read).toEqual(names);
    });

    it('is refused when the store has closed', async () => {
      const on = fresh.current;
      const { store } = on;
      await on.reopen();
      expect(reasonOf(await store.keepWatch([watchRow('profile', 'a', 'x')]))).toBe(
        'shutting_down',
      );
    });
  });
}
