import { revisionZero } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import {
  type OpenStore,
  type StoreUnderTest,
  sessionIdOf,
  thumbprintOfName,
} from '../../support/store.js';
import { event, newToken, openAsk, openRoots, triage, under } from './asks.js';
import { freshStore } from './fixture.js';
import { childOf } from './tree-asks.js';

/** A promise that resolves means: durable. The store is the truth after a restart. */
export function restartSuite(name: string, open: OpenStore): void {
  describe(`${name}: restarts`, () => {
    const fresh = freshStore(open);

    const everyWrite = async ({ store, clock }: StoreUnderTest) => {
      const handles = { member: sessionIdOf('m'), owner: sessionIdOf('o') };
      await store.memberHandles(triage, 'team', handles);
      await store.createJoinToken(newToken(clock, 't'), event(clock));
      await store.openSession(openAsk(clock, { session: 't', token: 't' }));
      await store.issueToken(under(clock, 't', 'token_issued'));
      await store.renewSession(under(clock, 't', 'session_renewed'));
      await store.endSession(under(clock, 't', 'session_ended'));
      await store.cutSession(under(clock, 't', 'session_cut'));
      await store.cutBefore({ before: undefined, now: clock.now(), audit: event(clock) });
      const keyId = thumbprintOfName('k');
      await store.publishTokenKey({ keyId, x: keyId, y: keyId, retireAt: 1 }, event(clock));
      await store.appendAudit(event(clock));
    };

    // breaks when: queue.ts answers before COMMIT
    it('has every write in a copy that is taken the moment its promise resolves', async () => {
      const { store, clock, crash, audit } = fresh.current;
      await everyWrite(fresh.current);
      const copy = await crash();
      expect(copy.head()).toBe(store.head());
      expect(copy.logAfter(revisionZero, 100)).toEqual(store.logAfter(revisionZero, 100));
      expect(copy.session(sessionIdOf('t'))).toEqual(store.session(sessionIdOf('t')));
      expect(audit().length).toBe(9);
      const cut = await copy.cutSession(under(clock, 't', 'session_cut'));
      expect(cut).toEqual(await store.cutSession(under(clock, 't', 'session_cut')));
    });

    it('is the same after it was closed and opened', async () => {
      const { store, reopen } = fresh.current;
      await everyWrite(fresh.current);
      const [head, log] = [store.head(), store.logAfter(revisionZero, 100)];
      const again = await reopen();
      expect(again.head()).toBe(head);
      expect(again.logAfter(revisionZero, 100)).toEqual(log);
    });

    // breaks when: room.ts loads sessions without their endings, or log.ts without its cuts "before"
    it('forgets no cut, no end and no live session', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'cut', 'ended', 'live', 'idle');
      await store.cutSession(under(clock, 'cut', 'session_cut'));
      await store.endSession(under(clock, 'ended', 'session_ended'));
      clock.advance(590);
      await store.issueToken(under(clock, 'live', 'token_issued'));
      clock.advance(10);
      for (const again of [await fresh.current.crash(), await fresh.current.reopen()]) {
        const issue = async (session: string) => {
          const done = await again.issueToken(under(clock, session, 'token_issued'));
          return done.ok ? 'issued' : done.error;
        };
        expect(await issue('cut')).toBe('session_revoked');
        expect(await issue('ended')).toBe('session_ended');
        expect(await issue('idle')).toBe('session_expired');
        expect(await issue('live')).toBe('issued');
      }
    });

    // breaks when: vouch.ts or open-session.ts looks into memory alone
    it('redeems no join token twice and gives the same keys their session again', async () => {
      await openRoots(fresh.current, 'a');
      const { clock, reopen } = fresh.current;
      const store = await reopen();
      const second = await store.openSession(openAsk(clock, { session: 'b', token: 'a' }));
      expect(second).toEqual({ ok: false, error: 'join_token_used' });
      const same = { session: 'c', sessionKey: 'a', evidenceKey: 'a', token: 'a' };
      const again = await store.openSession(openAsk(clock, same));
      expect(again.ok && again.value.session.id).toBe(sessionIdOf('a'));
    });

    it('holds the bounds of a member over a restart', async () => {
      const under1 = await fresh.with({ sessionsPerMember: 1 });
      await openRoots(under1, 'a');
      const store = await under1.reopen();
      const second = openAsk(under1.clock, { session: 'b', evidenceKey: 'a' });
      expect(await store.openSession(second)).toEqual({ ok: false, error: 'sessions_limit' });
    });

    // breaks when: act.ts writes the activity of another instant, or never
    it('may idle out up to activityWriteSeconds earlier after a restart, never later', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'a');
      clock.advance(100);
      await store.issueToken(under(clock, 'a', 'token_issued'));
      clock.advance(29);
      await store.issueToken(under(clock, 'a', 'token_issued'));
      const active = store.session(sessionIdOf('a'))?.activeAt ?? 0;
      const again = await fresh.current.crash();
      const loaded = again.session(sessionIdOf('a'))?.activeAt ?? 0;
      expect(active - loaded).toBe(29 * 1_000_000);
      clock.advance(1);
      await store.issueToken(under(clock, 'a', 'token_issued'));
      const later = await fresh.current.crash();
      expect(later.session(sessionIdOf('a'))?.activeAt).toBe(clock.now());
    });

    // breaks when: room.ts loads a child whose parent is not there
    it('never revives a child of a session that ended long ago', async () => {
      const [root] = await openRoots(fresh.current, 'root');
      if (root === undefined) throw new Error('no root');
      const store = await fresh.current.plant([childOf(root, 'child')]);
      const { clock } = fresh.current;
      await store.endSession(under(clock, 'root', 'session_ended'));
      clock.advance(590);
      const soon = await fresh.current.crash();
      expect(soon.session(sessionIdOf('child'))?.end).toBe('ended');
      clock.advance(3_600);
      const late = await fresh.current.reopen();
      expect(late.path(sessionIdOf('child'))).toEqual([]);
      const issued = await late.issueToken(under(clock, 'child', 'token_issued'));
      expect(issued).toEqual({ ok: false, error: 'session_unknown' });
    });

    it('writes what is queued before it closes, and refuses what comes after', async () => {
      const { store, clock } = fresh.current;
      const queued = Array.from({ length: 700 }, () => store.appendAudit(event(clock)));
      const closing = store.close();
      await closing;
      expect(await store.appendAudit(event(clock))).toEqual({ ok: false, error: 'shutting_down' });
      expect(store.close()).toBe(closing);
      expect((await Promise.all(queued)).every(({ ok }) => ok)).toBe(true);
      expect(fresh.current.audit().length).toBe(700);
    });
  });
}
