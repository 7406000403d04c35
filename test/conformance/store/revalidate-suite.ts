import { revisionZero } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import {
  type OpenStore,
  type StoreUnderTest,
  sessionIdOf,
  thumbprintOfName,
} from '../../support/store.js';
import { answerOf, event, newToken, openAsk, openRoots, reasonOf, under } from './asks.js';
import { freshStore } from './fixture.js';
import { childTokenAsk, delegateLine, openElsewhere, rekeyAsk } from './tree-asks.js';
import { holdByOperator, holdForRisk, issueUnder, letGo, revalidate } from './watch-asks.js';

/** Revalidation: another key for a session that the watch holds. */
export function revalidateSuite(name: string, open: OpenStore): void {
  describe(`${name}: revalidation`, () => {
    const fresh = freshStore(open);
    const world = async () => {
      const on = fresh.current;
      await openRoots(on, 'root', 'beside');
      await delegateLine(on, 'root', 'same', 'lower');
      await openElsewhere(on, 'root', 'kid');
      return on;
    };
    const endOf = (on: StoreUnderTest, session: string) =>
      on.store.session(sessionIdOf(session))?.end;

    // breaks when: rekeying.ts lets go of the hold, or takes the rekey for activity
    it('binds a held session to another key by a row, and it stays held', async () => {
      const on = await world();
      answerOf(await holdForRisk(on, 'root'));
      const activeAt = on.store.session(sessionIdOf('root'))?.activeAt;
      on.clock.advance(5);
      const done = await on.store.rekeySession(rekeyAsk(on.clock, 'root', 'new'));
      const revalidatedAt = answerOf(done);
      expect(on.store.logAfter(revisionZero, 10)[1]).toEqual({
        revision: revalidatedAt,
        entry: { kind: 'handle', handle: sessionIdOf('root'), absolute: false },
      });
      for (const again of [() => undefined, on.reopen]) {
        await again();
        expect(on.store.session(sessionIdOf('root'))).toMatchObject({
          key: thumbprintOfName('session new'),
          heldFor: 'watch',
          revalidatedAt,
          activeAt,
          end: undefined,
        });
        expect(await issueUnder(on, 'root')).toBe('session_suspended');
      }
      expect(on.audit().at(-1)).toMatchObject({
        kind: 'session_revalidated',
        facts: { childrenEnded: 1 },
      });
    });

    // Outlive: a thief of the key before may have delegated. breaks when: leaveBehind is left out
    it('ends the children that share its evidence, and keeps those with evidence of their own', async () => {
      const on = await world();
      answerOf(await holdForRisk(on, 'root'));
      expect(await revalidate(on, 'root', 'new')).toBe('ok');
      await on.reopen();
      expect(['same', 'lower', 'kid'].map((each) => endOf(on, each))).toEqual([
        'ended',
        'ended',
        undefined,
      ]);
      expect(await letGo(on, 'root')).toBe('ok');
      expect(await issueUnder(on, 'kid')).toBe('ok');
      expect(await issueUnder(on, 'lower')).toBe('session_ended');
    });

    // breaks when: child join tokens of before can still be redeemed
    it('voids the child join tokens that nobody has redeemed', async () => {
      const on = await world();
      const { store, clock } = on;
      answerOf(await store.createChildJoinToken(childTokenAsk(clock, 'root', 'late')));
      await store.createJoinToken(newToken(clock, 'late'), event(clock));
      answerOf(await holdForRisk(on, 'root'));
      await revalidate(on, 'root', 'new');
      expect(await letGo(on, 'root')).toBe('ok');
      const ask = openAsk(clock, { session: 'late', token: 'late', child: 'late' });
      expect(reasonOf(await store.openSession(ask))).toBe('child_join_token_unknown');
    });

    it('gives the first revision for the same new key again, and writes nothing', async () => {
      const on = await world();
      await holdForRisk(on, 'root');
      const first = await on.store.rekeySession(rekeyAsk(on.clock, 'root', 'new'));
      const before = on.written();
      expect(await on.store.rekeySession(rekeyAsk(on.clock, 'root', 'new'))).toEqual(first);
      expect(on.written()).toEqual(before);
    });

    // breaks when: the repeat of a rekey from before the hold counts as one in it
    it('is not the key that it had when it was held', async () => {
      const on = await world();
      expect(await revalidate(on, 'root', 'mine')).toBe('ok');
      await holdForRisk(on, 'root');
      expect(await revalidate(on, 'root', 'mine')).toBe('ok');
      expect(await letGo(on, 'root')).toBe('revalidation_required');
    });

    const refusals: readonly {
      name: string;
      reason: string;
      session?: string;
      key?: string;
      evidence?: string;
      hold: (on: StoreUnderTest) => Promise<unknown>;
    }[] = [
      {
        name: 'a session that an operator holds',
        reason: 'session_suspended',
        hold: (on) => holdByOperator(on, 'root'),
      },
      {
        name: 'a session held for a theft',
        reason: 'session_suspended',
        hold: ({ store, clock }) => store.answerTheft(under(clock, 'root', 'theft_answered')),
      },
      {
        name: 'a session below one that the watch holds',
        reason: 'session_suspended',
        session: 'kid',
        hold: (on) => holdForRisk(on, 'root'),
      },
      {
        name: 'a session that the watch holds below one that an operator holds',
        reason: 'session_suspended',
        session: 'kid',
        hold: async (on) => [await holdForRisk(on, 'kid'), await holdByOperator(on, 'root')],
      },
      {
        name: 'a child that shares its evidence',
        reason: 'rekey_needs_evidence',
        session: 'same',
        evidence: 'root',
        hold: (on) => holdForRisk(on, 'same'),
      },
      {
        name: 'the evidence of another session',
        reason: 'evidence_key_unknown',
        evidence: 'beside',
        hold: (on) => holdForRisk(on, 'root'),
      },
      {
        name: 'the key of another session',
        reason: 'session_key_in_use',
        key: 'kid',
        hold: (on) => holdForRisk(on, 'root'),
      },
      {
        name: 'a session that ended meanwhile',
        reason: 'session_ended',
        hold: async (on) => [
          await holdForRisk(on, 'root'),
          await on.store.endSession(under(on.clock, 'root', 'session_ended')),
        ],
      },
    ];

    // breaks when: mayRevalidate asks the last hold alone, or any check of a rekey is left out
    it.each(refusals)('refuses $name ($reason), and nothing is written', async (row) => {
      const on = await world();
      await row.hold(on);
      const before = on.written();
      const { session = 'root', key = 'fresh', evidence = session } = row;
      expect(await revalidate(on, session, key, evidence)).toBe(row.reason);
      expect(on.written()).toEqual(before);
    });

    it('may come before or after that of the root, when both are held', async () => {
      for (const order of [
        ['root', 'kid'],
        ['kid', 'root'],
      ] as const) {
        const on = await fresh.with({});
        await openRoots(on, 'root');
        await openElsewhere(on, 'root', 'kid');
        await holdForRisk(on, 'kid', { tree: true });
        for (const session of order)
          expect(await revalidate(on, session, `n ${session}`)).toBe('ok');
        for (const session of order) expect(await letGo(on, session)).toBe('ok');
        expect(await issueUnder(on, 'kid')).toBe('ok');
      }
    });
  });
}
