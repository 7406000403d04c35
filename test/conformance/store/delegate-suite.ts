import type { DestinationHash } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import {
  handleOf,
  type OpenStore,
  plusSeconds,
  sessionIdOf,
  thumbprintOfName,
} from '../../support/store.js';
import { answerOf, openAsk, openRoots, reasonOf, under } from './asks.js';
import { freshStore } from './fixture.js';
import { delegateAsk, delegateLine } from './tree-asks.js';

/** DelegateSession: a child in the same process. */
export function delegateSuite(name: string, open: OpenStore): void {
  describe(`${name}: delegating in the same process`, () => {
    const fresh = freshStore(open);
    const destinations = [handleOf('a destination') as string as DestinationHash];
    const task = { grants: [{ resource: 'crm', scopes: [], destinations }] };

    it('opens a child with the member, evidence, transaction and upstream of its parent', async () => {
      const { store, clock, crash } = fresh.current;
      const [principal, upstream] = [handleOf('person'), handleOf('login')];
      await openRoots(fresh.current, 'other');
      const asked = { session: 'root', evidenceKey: 'other', principal, upstream };
      const { session: root } = answerOf(await store.openSession(openAsk(clock, asked)));
      clock.advance(10);
      const ask = delegateAsk(clock, 'root', 'child', { task });
      const child = answerOf(await store.delegateSession(ask));
      expect(child).toEqual({
        ...root,
        id: ask.id,
        parent: root.id,
        key: ask.key,
        ownEvidence: false,
        task,
        openedAt: clock.now(),
        openedRevision: store.head(),
        activeAt: clock.now(),
      });
      expect((await crash()).session(ask.id)).toEqual(child);
    });

    it('appends the audit event and notes the activity of everything above', async () => {
      const { store, clock, audit } = fresh.current;
      await openRoots(fresh.current, 'root');
      await delegateLine(fresh.current, 'root', 'a');
      clock.advance(599);
      await delegateLine(fresh.current, 'a', 'b');
      expect(store.path(sessionIdOf('a')).map(({ activeAt }) => activeAt)).toEqual([
        clock.now(),
        clock.now(),
      ]);
      expect(audit().filter(({ kind }) => kind === 'session_delegated').length).toBe(2);
    });

    // breaks when: earliestEnd leaves the path out
    it('ends a child no later than anything above it', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'other');
      const short = { session: 'root', evidenceKey: 'other', absoluteSeconds: 100 };
      await store.openSession(openAsk(clock, short));
      const [mid, low] = await delegateLine(fresh.current, 'root', 'mid', 'low');
      expect([mid?.absoluteEndAt, low?.absoluteEndAt]).toEqual(
        Array(2).fill(plusSeconds(clock.now(), 100)),
      );
      const absoluteEndAt = plusSeconds(clock.now(), 50);
      const asked = delegateAsk(clock, 'root', 'shorter', { absoluteEndAt });
      expect(answerOf(await store.delegateSession(asked)).absoluteEndAt).toBe(absoluteEndAt);
    });

    it('gives the same key under the same parent its live child again, and writes nothing', async () => {
      const { store, clock, written } = fresh.current;
      await openRoots(fresh.current, 'root');
      const [child] = await delegateLine(fresh.current, 'root', 'child');
      const before = written();
      clock.advance(5);
      const again = delegateAsk(clock, 'root', 'child', { id: sessionIdOf('other id') });
      expect(await store.delegateSession(again)).toEqual({ ok: true, value: child });
      expect(written()).toEqual(before);
    });

    // breaks when: isKeyTaken looks into memory alone, or delegating.ts takes a key that had a session
    it('refuses a key that has or had a session: of its parent, of another, of a child that ended', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'root', 'other');
      await delegateLine(fresh.current, 'root', 'child', 'low');
      await store.endSession(under(clock, 'child', 'session_ended'));
      const before = fresh.current.written();
      for (const again of [await fresh.current.crash(), store]) {
        for (const key of ['root', 'other', 'child', 'low']) {
          const asked = delegateAsk(clock, 'root', `x ${key}`, {
            key: thumbprintOfName(`session ${key}`),
          });
          expect(reasonOf(await again.delegateSession(asked))).toBe('session_key_in_use');
        }
      }
      expect(fresh.current.written()).toEqual(before);
    });

    // breaks when: open-session.ts gives whatever session lives with the key
    it('gives the key of a child to nobody who opens a root with the evidence they share', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'root');
      await delegateLine(fresh.current, 'root', 'child');
      const asked = { session: 'x', sessionKey: 'child', evidenceKey: 'root' };
      const live = await store.openSession(openAsk(clock, asked));
      expect(reasonOf(live)).toBe('session_key_in_use');
      await store.endSession(under(clock, 'child', 'session_ended'));
      const ended = await store.openSession(openAsk(clock, asked));
      expect(reasonOf(ended)).toBe('session_key_in_use');
    });

    // breaks when: delegating.ts checks the parent alone, or before the transaction
    it('refuses below a session that has ended, run out or is held, or below which one above has', async () => {
      const { store, clock, written } = fresh.current;
      await openRoots(fresh.current, 'cut', 'ended', 'held', 'idle');
      for (const root of ['cut', 'ended', 'held']) {
        await delegateLine(fresh.current, root, `${root} child`);
      }
      await store.cutSession(under(clock, 'cut', 'session_cut'));
      await store.endSession(under(clock, 'ended', 'session_ended'));
      await store.suspendSession(under(clock, 'held', 'session_suspended'));
      clock.advance(600);
      const before = written();
      const answers: Record<string, string> = {};
      const parents = ['cut', 'cut child', 'ended child', 'held', 'held child', 'idle', 'nobody'];
      for (const parent of parents) {
        const done = await store.delegateSession(delegateAsk(clock, parent, `x ${parent}`));
        answers[parent] = reasonOf(done);
      }
      expect(answers).toEqual({
        cut: 'session_revoked',
        'cut child': 'session_revoked',
        'ended child': 'session_ended',
        held: 'session_suspended',
        'held child': 'session_suspended',
        idle: 'session_expired',
        nobody: 'session_unknown',
      });
      expect(written()).toEqual(before);
    });

    it('lets a cut and a delegation of the same turn happen one after the other', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'root');
      const [first, cut, second] = await Promise.all([
        store.delegateSession(delegateAsk(clock, 'root', 'before')),
        store.cutSession(under(clock, 'root', 'session_cut')),
        store.delegateSession(delegateAsk(clock, 'root', 'after')),
      ]);
      expect([first.ok, cut.ok && cut.value.sessionsEnded]).toEqual([true, 2]);
      expect(reasonOf(second)).toBe('session_revoked');
      expect(store.session(sessionIdOf('before'))?.end).toBe('revoked');
    });

    it('counts what a cut, an end and the sweep end below a session, also after a restart', async () => {
      const { clock } = fresh.current;
      await openRoots(fresh.current, 'root');
      await delegateLine(fresh.current, 'root', 'a', 'b', 'c');
      await delegateLine(fresh.current, 'root', 'd');
      const { store } = fresh.current;
      const cut = async (session: string) =>
        answerOf(await fresh.current.store.cutSession(under(clock, session, 'session_cut')))
          .sessionsEnded;
      await store.endSession(under(clock, 'c', 'session_ended'));
      expect(await cut('b')).toBe(1);
      await fresh.current.reopen();
      expect(await cut('root')).toBe(3);
    });
  });
}
