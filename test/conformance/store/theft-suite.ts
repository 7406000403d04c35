import { revisionZero } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import {
  type OpenStore,
  plusSeconds,
  type StoreUnderTest,
  sessionIdOf,
  thumbprintOfName,
} from '../../support/store.js';
import { answerOf, event, newToken, openAsk, openRoots, reasonOf, under } from './asks.js';
import { freshStore } from './fixture.js';
import { delegateLine, openElsewhere } from './tree-asks.js';

const theft = ({ store, clock }: StoreUnderTest, session: string) =>
  store.answerTheft(under(clock, session, 'theft_answered'));
const resume = ({ store, clock }: StoreUnderTest, session: string) =>
  store.resumeSession(under(clock, session, 'session_resumed'));

/** The answer to a cloned key. */
export function theftSuite(name: string, open: OpenStore): void {
  describe(`${name}: answering a theft`, () => {
    const fresh = freshStore(open);
    const heldUntil = async (on: StoreUnderTest, evidence: string) =>
      (await on.store.evidenceKey(thumbprintOfName(`evidence ${evidence}`)))?.heldUntil;
    const world = async () => {
      const on = fresh.current;
      await openRoots(on, 'root', 'beside');
      await delegateLine(on, 'root', 'same');
      await openElsewhere(on, 'same', 'kid');
      await openElsewhere(on, 'root', 'cousin');
      return on;
    };

    // breaks when: theft.ts holds the session itself, or the evidence of the session alone
    it('holds the root by one row, and the evidence of every session of the path', async () => {
      const on = await world();
      const done = answerOf(await theft(on, 'kid'));
      const session = sessionIdOf('root');
      const revision = on.store.head();
      expect(done).toEqual({ answer: 'suspended', session, revision, sessionsEnded: 4 });
      expect(on.store.logAfter(revisionZero, 10).length).toBe(1);
      const until = plusSeconds(on.clock.now(), 600);
      await on.reopen();
      expect(on.store.session(sessionIdOf('cousin'))?.suspendedAt).toBe(revision);
      expect([await heldUntil(on, 'root'), await heldUntil(on, 'kid')]).toEqual([until, until]);
      expect([await heldUntil(on, 'cousin'), await heldUntil(on, 'beside')]).toEqual([0, 0]);
      expect(on.audit().filter(({ kind }) => kind === 'theft_answered').length).toBe(1);
    });

    // breaks when: vouch.ts does not ask for the hold, on either way
    it('lets held evidence open nothing until it is over: by itself, or by any join token', async () => {
      const on = await world();
      const { store, clock } = on;
      await store.createJoinToken(
        newToken(clock, 'more', { expiresAt: plusSeconds(clock.now(), 9_000) }),
        event(clock),
      );
      answerOf(await theft(on, 'root'));
      const opened = async (token?: string) => {
        const asked = { session: 'x', evidenceKey: 'root', ...(token && { token }) };
        return reasonOf(await store.openSession(openAsk(clock, asked)));
      };
      clock.advance(599);
      expect([await opened(), await opened('root'), await opened('more')]).toEqual(
        Array(3).fill('evidence_held'),
      );
      clock.advance(1);
      expect(await opened()).toBe('ok');
    });

    it('says the same to facts about a tree that is held already, and writes nothing', async () => {
      const on = await world();
      const first = answerOf(await theft(on, 'kid'));
      on.clock.advance(3);
      const before = on.written();
      expect(await theft(on, 'kid')).toEqual({ ok: true, value: { ...first, sessionsEnded: 0 } });
      expect(await theft(on, 'same')).toEqual({ ok: true, value: { ...first, sessionsEnded: 0 } });
      expect(on.written()).toEqual(before);
    });

    it('holds more evidence of a held tree without another row', async () => {
      const on = await world();
      const first = answerOf(await theft(on, 'kid'));
      const more = answerOf(await theft(on, 'cousin'));
      expect(more).toEqual({ ...first, sessionsEnded: 0 });
      expect(on.store.head()).toBe(first.revision);
      expect(await heldUntil(on, 'cousin')).toBe(plusSeconds(on.clock.now(), 600));
    });

    // breaks when: theft.ts forgets what was before
    it('revokes the root when the evidence was held before and has not been quiet since', async () => {
      const on = await world();
      await theft(on, 'kid');
      on.clock.advance(601);
      await on.reopen();
      answerOf(await resume(on, 'root'));
      const again = answerOf(await theft(on, 'same'));
      expect(again).toEqual({
        answer: 'revoked',
        session: sessionIdOf('root'),
        revision: on.store.head(),
        sessionsEnded: 4,
      });
      expect(on.store.logAfter(revisionZero, 10).at(-1)?.entry).toEqual({
        kind: 'handle',
        handle: sessionIdOf('root'),
        absolute: true,
      });
      expect(on.store.session(sessionIdOf('cousin'))?.end).toBe('revoked');
      expect(await heldUntil(on, 'root')).toBe(plusSeconds(on.clock.now(), 1_200));
    });

    it('revokes another root of evidence that was held, and leaves the first one held', async () => {
      const on = fresh.current;
      await openRoots(on, 'a');
      await on.store.openSession(openAsk(on.clock, { session: 'b', evidenceKey: 'a' }));
      expect(answerOf(await theft(on, 'a')).answer).toBe('suspended');
      expect(answerOf(await theft(on, 'b')).answer).toBe('revoked');
      expect(answerOf(await theft(on, 'a')).answer).toBe('suspended');
      expect(on.store.session(sessionIdOf('a'))?.end).toBeUndefined();
    });

    it('revokes a root that an operator holds when its evidence was held before that', async () => {
      const on = await world();
      await theft(on, 'root');
      await resume(on, 'root');
      on.clock.advance(60);
      await on.store.suspendSession(under(on.clock, 'root', 'session_suspended'));
      expect(answerOf(await theft(on, 'root')).answer).toBe('revoked');
    });

    // breaks when: the hold grows from its end, or without the bound
    it('doubles each time up to evidenceHoldSecondsMax, and begins again after evidenceQuietSeconds', async () => {
      const on = await fresh.with({ evidenceHoldSecondsMax: 1_500 });
      const { clock } = on;
      await openRoots(on, 'a');
      const seconds = async (session: string) => {
        answerOf(await theft(on, session));
        return ((await heldUntil(on, 'a')) ?? 0) - clock.now();
      };
      const holds = [await seconds('a')];
      for (const session of ['b', 'c']) {
        clock.advance(2_000);
        const asked = openAsk(clock, { session, evidenceKey: 'a' });
        answerOf(await on.store.openSession(asked));
        holds.push(await seconds(session));
      }
      expect(holds.map((micros) => micros / 1_000_000)).toEqual([600, 1_200, 1_500]);
      clock.advance(604_800);
      await on.store.expireSessions(clock.now());
      answerOf(await on.store.openSession(openAsk(clock, { session: 'd', evidenceKey: 'a' })));
      expect(answerOf(await theft(on, 'd')).answer).toBe('suspended');
      expect(await heldUntil(on, 'a')).toBe(plusSeconds(clock.now(), 600));
    });

    it('refuses what has ended, and writes nothing', async () => {
      const on = await world();
      await on.store.endSession(under(on.clock, 'kid', 'session_ended'));
      await on.store.cutSession(under(on.clock, 'beside', 'session_cut'));
      const before = on.written();
      expect(reasonOf(await theft(on, 'kid'))).toBe('session_ended');
      expect(reasonOf(await theft(on, 'beside'))).toBe('session_revoked');
      expect(reasonOf(await theft(on, 'nobody'))).toBe('session_unknown');
      expect(on.written()).toEqual(before);
    });
  });
}
