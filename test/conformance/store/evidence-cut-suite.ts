import { type Revision, revisionZero } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import {
  type CutTarget,
  handleOf,
  type OpenStore,
  type StoreUnderTest,
  sessionIdOf,
  thumbprintOfName,
} from '../../support/store.js';
import { answerOf, event, newToken, openAsk, openRoots, reasonOf } from './asks.js';
import { freshStore } from './fixture.js';

const cut = ({ store, clock }: StoreUnderTest, target: CutTarget) =>
  store.cutHandle({ target, now: clock.now(), audit: event(clock, 'handle_cut') });

/** Cuts of evidence: it is out of use for good. */
export function evidenceCutSuite(name: string, open: OpenStore): void {
  describe(`${name}: evidence that was cut`, () => {
    const fresh = freshStore(open);
    const key = thumbprintOfName('evidence a');

    // breaks when: vouch.ts does not ask whether the key was cut, on either way
    it('opens nothing any more: by itself, by its join token, by another join token', async () => {
      const on = fresh.current;
      const { store, clock } = on;
      await openRoots(on, 'a');
      await store.createJoinToken(newToken(clock, 'more'), event(clock));
      answerOf(await cut(on, { kind: 'evidence-key', key }));
      for (let round = 0; round < 2; round += 1) {
        for (const token of [undefined, 'a', 'more']) {
          const asked = { session: 'x', evidenceKey: 'a', ...(token && { token }) };
          const done = await on.store.openSession(openAsk(clock, asked));
          expect(reasonOf(done)).toBe('evidence_key_revoked');
        }
        expect((await on.store.evidenceKey(key))?.isCut).toBe(true);
        await on.reopen();
      }
      expect((await on.store.joinToken(newToken(clock, 'more').hash))?.used).toBe(0);
    });

    it('stays cut after it has expired and its registration is forgotten', async () => {
      const on = await fresh.with({ endedSessionSeconds: 100, evidenceKeySeconds: 50 });
      await openRoots(on, 'a');
      answerOf(await cut(on, { kind: 'evidence-key', key }));
      on.clock.advance(1_000);
      await on.store.expireSessions(on.clock.now());
      expect(await on.store.evidenceKey(key)).toBeUndefined();
      await on.store.createJoinToken(newToken(on.clock, 'more'), event(on.clock));
      const asked = { session: 'x', evidenceKey: 'a', token: 'more' };
      const done = await on.store.openSession(openAsk(on.clock, asked));
      expect(reasonOf(done)).toBe('evidence_key_revoked');
    });

    // breaks when: only keys whose last join token it was are taken out of use
    it('takes out of use every key that a join token has registered, and the join token', async () => {
      const on = fresh.current;
      const { store, clock } = on;
      await store.createJoinToken(newToken(clock, 't', { uses: 9 }), event(clock));
      for (const session of ['one', 'two']) {
        await store.openSession(openAsk(clock, { session, token: 't' }));
      }
      await store.createJoinToken(newToken(clock, 'u'), event(clock));
      const prolonged = { session: 'two again', evidenceKey: 'two', token: 'u' };
      answerOf(await store.openSession(openAsk(clock, prolonged)));
      await openRoots(on, 'beside');
      const target = { kind: 'evidence-issuer', handle: handleOf('join token t') } as const;
      const done = answerOf(await cut(on, target));
      expect(done.sessionsEnded).toBe(2);
      await on.reopen();
      const opened = async (asked: { evidenceKey?: string; token?: string }) =>
        reasonOf(await on.store.openSession(openAsk(clock, { session: 'x', ...asked })));
      expect(await opened({ evidenceKey: 'one' })).toBe('evidence_key_revoked');
      expect(await opened({ evidenceKey: 'two' })).toBe('evidence_key_revoked');
      expect(await opened({ evidenceKey: 'three', token: 't' })).toBe('evidence_key_revoked');
      expect(await opened({ evidenceKey: 'beside' })).toBe('ok');
    });

    it('ends no session of another key of the same member', async () => {
      const on = fresh.current;
      await openRoots(on, 'a', 'b');
      answerOf(await cut(on, { kind: 'evidence-key', key }));
      const ended = ['a', 'b'].map((each) => on.store.session(sessionIdOf(each))?.end);
      expect(ended).toEqual(['revoked', undefined]);
      const head: Revision = on.store.head();
      expect(head).toBeGreaterThan(revisionZero);
    });
  });
}
