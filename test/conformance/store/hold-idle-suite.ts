import { describe, expect, it } from 'vitest';
import { type OpenStore, type StoreUnderTest, sessionIdOf } from '../../support/store.js';
import { answerOf, openRoots, reasonOf, under } from './asks.js';
import { freshStore } from './fixture.js';
import { delegateLine } from './tree-asks.js';

const issue = async ({ store, clock }: StoreUnderTest, session: string) =>
  reasonOf(await store.issueToken(under(clock, session, 'token_issued')));
const suspend = ({ store, clock }: StoreUnderTest, session: string) =>
  store.suspendSession(under(clock, session, 'session_suspended'));
const resume = ({ store, clock }: StoreUnderTest, session: string) =>
  store.resumeSession(under(clock, session, 'session_resumed'));

/** A hold and the idle clock. */
export function holdIdleSuite(name: string, open: OpenStore): void {
  describe(`${name}: holds and idle ends`, () => {
    const fresh = freshStore(open);
    const tree = async () => {
      await openRoots(fresh.current, 'root', 'beside');
      await delegateLine(fresh.current, 'root', 'a', 'b');
      await delegateLine(fresh.current, 'root', 'c');
      return fresh.current;
    };

    // breaks when: the sweep looks at a session's own mark alone, or the hold ends with the idle time
    it('lets nothing below it idle out, and a resume counts as activity of all of it', async () => {
      const on = await tree();
      const { clock } = on;
      await suspend(on, 'root');
      clock.advance(5_000);
      expect(await on.store.expireSessions(clock.now())).toBe(1);
      expect(on.store.session(sessionIdOf('beside'))?.end).toBe('expired');
      await on.reopen();
      answerOf(await resume(on, 'root'));
      clock.advance(599);
      expect(await on.store.expireSessions(clock.now())).toBe(0);
      await on.reopen();
      expect(await issue(on, 'b')).toBe('ok');
      clock.advance(1);
      expect(await issue(on, 'c')).toBe('session_expired');
    });

    // breaks when: suspending.ts leaves the last activity in memory
    it('holds what was active shortly before it, also after a restart', async () => {
      const on = await tree();
      on.clock.advance(29);
      expect(await issue(on, 'root')).toBe('ok');
      on.clock.advance(590);
      answerOf(await suspend(on, 'root'));
      await on.reopen();
      expect(on.store.session(sessionIdOf('root'))?.end).toBeUndefined();
      expect(answerOf(await resume(on, 'root'))).toBeGreaterThan(0);
      expect(await issue(on, 'root')).toBe('ok');
    });

    it('lets everything below it reach its absolute end', async () => {
      const on = await tree();
      await suspend(on, 'root');
      on.clock.advance(28_800);
      await on.store.expireSessions(on.clock.now());
      expect(on.store.session(sessionIdOf('b'))?.end).toBe('expired');
      expect(reasonOf(await resume(on, 'root'))).toBe('session_expired');
    });

    // breaks when: standing.ts takes every session along that is below a hold
    it('revives nothing that had idled out before it began', async () => {
      const on = await tree();
      const { clock } = on;
      clock.advance(599);
      expect(await issue(on, 'b')).toBe('ok');
      clock.advance(1);
      await suspend(on, 'root');
      expect(await issue(on, 'c')).toBe('session_expired');
      answerOf(await resume(on, 'root'));
      for (const store of [on.store, await on.crash()]) {
        const done = await store.issueToken(under(clock, 'c', 'token_issued'));
        expect(reasonOf(done)).toBe('session_expired');
      }
      expect(await on.store.expireSessions(clock.now())).toBe(2);
    });

    // breaks when: beginning() forgets the hold before
    it('carries on the hold before when it comes soon after', async () => {
      const on = await tree();
      await suspend(on, 'root');
      on.clock.advance(1_000);
      await resume(on, 'root');
      on.clock.advance(500);
      await suspend(on, 'root');
      on.clock.advance(1_000);
      await resume(on, 'root');
      expect(await issue(on, 'b')).toBe('ok');
      on.clock.advance(599);
      expect(await issue(on, 'c')).toBe('ok');
      on.clock.advance(1);
      expect(reasonOf(await suspend(on, 'beside'))).toBe('session_expired');
    });
  });
}
