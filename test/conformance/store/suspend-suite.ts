import { revisionZero } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { type OpenStore, type StoreUnderTest, sessionIdOf } from '../../support/store.js';
import { answerOf, openAsk, openRoots, reasonOf, under } from './asks.js';
import { freshStore } from './fixture.js';
import { delegateAsk, delegateLine } from './tree-asks.js';

const issue = async ({ store, clock }: StoreUnderTest, session: string) =>
  reasonOf(await store.issueToken(under(clock, session, 'token_issued')));
const suspend = ({ store, clock }: StoreUnderTest, session: string) =>
  store.suspendSession(under(clock, session, 'session_suspended'));
const resume = ({ store, clock }: StoreUnderTest, session: string) =>
  store.resumeSession(under(clock, session, 'session_resumed'));

/** Suspend and resume: the reversible hold. */
export function suspendSuite(name: string, open: OpenStore): void {
  describe(`${name}: holds`, () => {
    const fresh = freshStore(open);
    const tree = async () => {
      await openRoots(fresh.current, 'root', 'beside');
      await delegateLine(fresh.current, 'root', 'a', 'b');
      await delegateLine(fresh.current, 'root', 'c');
      return fresh.current;
    };

    // breaks when: pathOf gives each session its own mark alone
    it('holds a session and everything below it by one row that is not absolute, and nothing beside', async () => {
      const on = await tree();
      const done = answerOf(await suspend(on, 'a'));
      expect(done).toEqual({ revision: on.store.head(), sessionsEnded: 2 });
      expect(on.store.logAfter(revisionZero, 10)).toEqual([
        {
          revision: done.revision,
          entry: { kind: 'handle', handle: sessionIdOf('a'), absolute: false },
        },
      ]);
      expect(await Promise.all(['root', 'a', 'b', 'c', 'beside'].map((s) => issue(on, s)))).toEqual(
        ['ok', 'session_suspended', 'session_suspended', 'ok', 'ok'],
      );
      for (const store of [on.store, await on.crash()]) {
        const marks = store.path(sessionIdOf('b')).map(({ suspendedAt }) => suspendedAt);
        expect(marks).toEqual([undefined, done.revision, done.revision]);
        const listed = store.liveSessions({ size: 10, after: undefined });
        expect(listed.filter(({ suspendedAt }) => suspendedAt === done.revision).length).toBe(2);
      }
      expect(on.audit().filter(({ kind }) => kind === 'session_suspended').length).toBe(1);
    });

    it('gives the first revision when a session is held again, and writes nothing', async () => {
      const on = await tree();
      const first = answerOf(await suspend(on, 'a'));
      on.clock.advance(1);
      const before = on.written();
      expect(await suspend(on, 'a')).toEqual({ ok: true, value: { ...first, sessionsEnded: 0 } });
      expect(on.written()).toEqual(before);
    });

    // breaks when: resume appends a row, or shares do not follow a mark
    it('lets go by a resume without a row, and counts what the holds below and above leave', async () => {
      const on = await tree();
      const held = async (session: string) => answerOf(await suspend(on, session)).sessionsEnded;
      const free = async (session: string) => answerOf(await resume(on, session));
      expect([await held('b'), await held('root'), await held('c')]).toEqual([1, 3, 0]);
      const head = on.store.head();
      expect(await free('c')).toBe(0);
      expect(await free('root')).toBe(3);
      expect(await issue(on, 'b')).toBe('session_suspended');
      expect(await issue(on, 'c')).toBe('ok');
      await on.reopen();
      expect(await free('b')).toBe(1);
      expect(await issue(on, 'b')).toBe('ok');
      expect(on.store.head()).toBe(head);
      expect(on.audit().filter(({ kind }) => kind === 'session_resumed').length).toBe(3);
    });

    it('refuses to let go what is not held by itself, and writes nothing', async () => {
      const on = await tree();
      await suspend(on, 'a');
      const before = on.written();
      expect(reasonOf(await resume(on, 'b'))).toBe('session_not_suspended');
      expect(reasonOf(await resume(on, 'root'))).toBe('session_not_suspended');
      expect(reasonOf(await resume(on, 'nobody'))).toBe('session_unknown');
      expect(on.written()).toEqual(before);
    });

    it.each(['suspendSession', 'resumeSession', 'cutTokens'] as const)(
      '%s refuses what has ended, itself or above, and writes nothing',
      async (verb) => {
        const on = await tree();
        const { store, clock } = on;
        await suspend(on, 'b');
        await store.endSession(under(clock, 'a', 'session_ended'));
        await store.cutSession(under(clock, 'beside', 'session_cut'));
        clock.advance(600);
        const before = on.written();
        const answers = [];
        for (const session of ['a', 'b', 'beside', 'root', 'nobody']) {
          answers.push(reasonOf(await store[verb](under(clock, session, 'session_suspended'))));
        }
        expect(answers).toEqual([
          'session_ended',
          'session_ended',
          'session_revoked',
          'session_expired',
          'session_unknown',
        ]);
        expect(on.written()).toEqual(before);
      },
    );

    it('outlasts restarts', async () => {
      const on = await tree();
      await suspend(on, 'root');
      for (let round = 0; round < 2; round += 1) {
        await on.reopen();
        expect(await issue(on, 'b')).toBe('session_suspended');
      }
    });

    // breaks when: room.ts or log-reader.ts takes every row that is not absolute for a cut of a handle
    it('ends nothing, neither now nor after a restart', async () => {
      const on = await tree();
      await suspend(on, 'root');
      answerOf(await on.store.cutTokens(under(on.clock, 'beside', 'tokens_cut')));
      await on.reopen();
      answerOf(await resume(on, 'root'));
      expect(await Promise.all(['b', 'c', 'beside'].map((s) => issue(on, s)))).toEqual([
        'ok',
        'ok',
        'ok',
      ]);
    });

    // breaks when: open-session.ts retires what is held
    it('is no way out to open another session with the same keys', async () => {
      const on = await tree();
      await suspend(on, 'root');
      on.clock.advance(1_000);
      const asked = { session: 'x', sessionKey: 'root', evidenceKey: 'root' };
      const again = await on.store.openSession(openAsk(on.clock, asked));
      expect(reasonOf(again)).toBe('session_suspended');
      expect(await issue(on, 'root')).toBe('session_suspended');
    });

    it('can be cut and ended while it is held', async () => {
      const on = await tree();
      await suspend(on, 'root');
      const cut = answerOf(await on.store.cutSession(under(on.clock, 'a', 'session_cut')));
      expect(cut.sessionsEnded).toBe(2);
      const all = answerOf(await on.store.cutSession(under(on.clock, 'root', 'session_cut')));
      expect(all.sessionsEnded).toBe(2);
      expect(await issue(on, 'b')).toBe('session_revoked');
    });

    it('kills tokens by one row of the session and leaves it free', async () => {
      const on = await tree();
      const revision = answerOf(await on.store.cutTokens(under(on.clock, 'a', 'tokens_cut')));
      expect(revision).toBe(on.store.head());
      expect(on.store.logAfter(revisionZero, 10)).toEqual([
        { revision, entry: { kind: 'handle', handle: sessionIdOf('a'), absolute: false } },
      ]);
      const issued = await on.store.issueToken(under(on.clock, 'b', 'token_issued'));
      expect(issued).toEqual({ ok: true, value: revision });
      expect(on.audit().at(-2)?.kind).toBe('tokens_cut');
    });

    // breaks when: resumes.publish runs before COMMIT
    it('tells listeners of a resume what is durable, until they stop', async () => {
      const on = await tree();
      const heard: string[] = [];
      const copies: Promise<unknown>[] = [];
      const stop = on.store.onResume((session) => {
        heard.push(session);
        copies.push(on.crash().then((copy) => copy.session(session)?.suspendedAt));
      });
      await suspend(on, 'root');
      await resume(on, 'beside');
      expect(heard).toEqual([]);
      await resume(on, 'root');
      expect(heard).toEqual([sessionIdOf('root')]);
      expect(await copies[0]).toBeUndefined();
      stop();
      await suspend(on, 'root');
      await resume(on, 'root');
      expect(heard.length).toBe(1);
    });

    it('takes a hold however many other writes are waiting', async () => {
      const on = await fresh.with({ writesWaiting: 2 });
      await openRoots(on, 'a');
      const flood = Array.from({ length: 20 }, () =>
        on.store.delegateSession(delegateAsk(on.clock, 'a', 'child')),
      );
      expect(reasonOf(await suspend(on, 'a'))).toBe('ok');
      expect((await Promise.all(flood)).map(reasonOf)).toContain('store_busy');
    });
  });
}
