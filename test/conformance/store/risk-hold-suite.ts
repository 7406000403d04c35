import { revisionZero } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { type OpenStore, sessionIdOf } from '../../support/store.js';
import { answerOf, openRoots, reasonOf, under } from './asks.js';
import { freshStore } from './fixture.js';
import { delegateAsk, delegateLine, openElsewhere } from './tree-asks.js';
import { holdByOperator, holdForRisk, issueUnder, letGo, revalidate } from './watch-asks.js';

/** A hold for risk. */
export function riskHoldSuite(name: string, open: OpenStore): void {
  describe(`${name}: holds for risk`, () => {
    const fresh = freshStore(open);
    const world = async () => {
      const on = fresh.current;
      await openRoots(on, 'root', 'beside');
      await delegateLine(on, 'root', 'same');
      await openElsewhere(on, 'root', 'kid');
      await delegateLine(on, 'kid', 'low');
      return on;
    };
    const heldFor = (on: Awaited<ReturnType<typeof world>>, session: string) =>
      on.store.session(sessionIdOf(session))?.heldFor;

    it('holds a session and what is below by one row that is not absolute, for the watch', async () => {
      const on = await world();
      const done = answerOf(await holdForRisk(on, 'kid'));
      const revision = on.store.head();
      expect(done).toEqual({ session: sessionIdOf('kid'), revision, sessionsEnded: 2 });
      expect(on.store.logAfter(revisionZero, 10)).toEqual([
        { revision, entry: { kind: 'handle', handle: sessionIdOf('kid'), absolute: false } },
      ]);
      expect(on.audit().at(-1)?.kind).toBe('risk_suspended');
      for (const again of [() => undefined, on.reopen]) {
        await again();
        expect(['root', 'kid', 'low'].map((each) => heldFor(on, each))).toEqual([
          undefined,
          'watch',
          'watch',
        ]);
        expect(await Promise.all(['root', 'kid', 'low'].map((s) => issueUnder(on, s)))).toEqual([
          'ok',
          'session_suspended',
          'session_suspended',
        ]);
      }
    });

    // breaks when: risk-hold.ts holds the root alone: its new key would free a stolen one below
    it('holds the root of a tree, and the session itself for itself', async () => {
      const on = await world();
      const done = answerOf(await holdForRisk(on, 'kid', { tree: true }));
      expect(done).toEqual({
        session: sessionIdOf('root'),
        revision: on.store.head(),
        sessionsEnded: 4,
      });
      const handles = on.store.logAfter(revisionZero, 10).map(({ entry }) => entry);
      expect(handles).toEqual(
        ['kid', 'root'].map((each) => {
          return { kind: 'handle', handle: sessionIdOf(each), absolute: false };
        }),
      );
      expect(await revalidate(on, 'root', 'new root')).toBe('ok');
      expect(await letGo(on, 'root')).toBe('ok');
      expect(await issueUnder(on, 'kid')).toBe('session_suspended');
      expect(await letGo(on, 'kid')).toBe('revalidation_required');
    });

    it('gives the first revision again, and writes nothing', async () => {
      const on = await world();
      const ask = { tree: true, holdEvidence: true };
      const first = answerOf(await holdForRisk(on, 'kid', ask));
      on.clock.advance(3);
      const before = on.written();
      expect(await holdForRisk(on, 'kid', ask)).toEqual({
        ok: true,
        value: { ...first, sessionsEnded: 0 },
      });
      expect(on.written()).toEqual(before);
    });

    // breaks when: a hold that is there already is left as it is, or a milder cause takes its place
    it('makes a hold by an operator or for a theft its own, without a row, and never the reverse', async () => {
      const on = await world();
      const operator = answerOf(await holdByOperator(on, 'root'));
      const theft = () => on.store.answerTheft(under(on.clock, 'root', 'theft_answered'));
      answerOf(await theft());
      expect(heldFor(on, 'root')).toBe('theft');
      expect(answerOf(await holdForRisk(on, 'root')).revision).toBe(operator.revision);
      expect(on.store.head()).toBe(operator.revision);
      answerOf(await holdByOperator(on, 'root'));
      answerOf(await theft());
      await on.reopen();
      expect(heldFor(on, 'root')).toBe('watch');
      expect(await letGo(on, 'root')).toBe('revalidation_required');
    });

    // Law 3. breaks when: suspending.ts forgets the cause of a hold, or asks it of every hold
    it('ends by a resume of a session that was revalidated since, and other holds by a resume alone', async () => {
      const on = await world();
      await holdForRisk(on, 'kid');
      await holdByOperator(on, 'beside');
      const before = on.written();
      expect(await letGo(on, 'kid')).toBe('revalidation_required');
      expect(on.written()).toEqual(before);
      expect(await letGo(on, 'beside')).toBe('ok');
      await on.reopen();
      expect(await letGo(on, 'kid')).toBe('revalidation_required');
      expect(await revalidate(on, 'kid', 'new kid')).toBe('ok');
      expect(await letGo(on, 'kid')).toBe('ok');
      expect(await issueUnder(on, 'kid')).toBe('ok');
      expect(heldFor(on, 'kid')).toBeUndefined();
    });

    // breaks when: a key from before the hold counts
    it('asks for another revalidation in another hold', async () => {
      const on = await world();
      expect(await revalidate(on, 'kid', 'before')).toBe('ok');
      expect(on.store.session(sessionIdOf('kid'))?.revalidatedAt).toBeUndefined();
      await holdForRisk(on, 'kid');
      expect(await letGo(on, 'kid')).toBe('revalidation_required');
      await revalidate(on, 'kid', 'first');
      expect(await letGo(on, 'kid')).toBe('ok');
      await holdForRisk(on, 'kid');
      for (const again of [() => undefined, on.reopen]) {
        await again();
        expect(await letGo(on, 'kid')).toBe('revalidation_required');
      }
    });

    it('refuses what has ended, and writes nothing', async () => {
      const on = await world();
      await on.store.endSession(under(on.clock, 'kid', 'session_ended'));
      await on.store.cutSession(under(on.clock, 'beside', 'session_cut'));
      const before = on.written();
      for (const tree of [false, true]) {
        expect(reasonOf(await holdForRisk(on, 'kid', { tree }))).toBe('session_ended');
        expect(reasonOf(await holdForRisk(on, 'beside', { tree }))).toBe('session_revoked');
        expect(reasonOf(await holdForRisk(on, 'nobody', { tree }))).toBe('session_unknown');
      }
      expect(on.written()).toEqual(before);
    });

    it('does not let it idle out, and can be cut meanwhile', async () => {
      const on = await world();
      await holdForRisk(on, 'root');
      on.clock.advance(1_000);
      await on.store.expireSessions(on.clock.now());
      expect(await issueUnder(on, 'root')).toBe('session_suspended');
      const cut = answerOf(await on.store.cutSession(under(on.clock, 'root', 'session_cut')));
      expect(cut.sessionsEnded).toBe(4);
      expect(await revalidate(on, 'root', 'late')).toBe('session_revoked');
    });

    it('is taken however many other writes are waiting', async () => {
      const on = await fresh.with({ writesWaiting: 2 });
      await openRoots(on, 'a');
      const flood = Array.from({ length: 20 }, () =>
        on.store.delegateSession(delegateAsk(on.clock, 'a', 'child')),
      );
      expect(reasonOf(await holdForRisk(on, 'a'))).toBe('ok');
      expect((await Promise.all(flood)).map(reasonOf)).toContain('store_busy');
    });
  });
}
