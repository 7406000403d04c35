import { revisionZero } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { type OpenStore, StoreFault, sessionIdOf } from '../../support/store.js';
import { event, newToken, openAsk, openRoots, triage, under } from './asks.js';
import { freshStore } from './fixture.js';

/** Writes queue up and are committed in groups, in the order of the calls. */
export function groupSuite(name: string, open: OpenStore): void {
  describe(`${name}: groups of writes`, () => {
    const fresh = freshStore(open);

    // breaks when: queue.ts takes the newest first
    it('commits writes in the order of the calls', async () => {
      const { store, clock, audit } = fresh.current;
      const notes = Array.from({ length: 600 }, (_, at) => String(at));
      await Promise.all(notes.map((note) => store.appendAudit(event(clock, 'token_issued', note))));
      expect(audit().map(({ facts }) => facts['note'])).toEqual(notes);
    });

    // breaks when: ending.ts marks the session in its row only
    it('lets a later write of the same turn see every earlier one', async () => {
      const { store, clock } = fresh.current;
      await openRoots(fresh.current, 'a');
      const [before, cut, after] = await Promise.all([
        store.issueToken(under(clock, 'a', 'token_issued')),
        store.cutSession(under(clock, 'a', 'session_cut')),
        store.issueToken(under(clock, 'a', 'token_issued')),
      ]);
      expect(before.ok && cut.ok && before.value < cut.value.revision).toBe(true);
      expect(after).toEqual({ ok: false, error: 'session_revoked' });
    });

    it('lets a session be used in the turn in which it is opened', async () => {
      const { store, clock } = fresh.current;
      const [, opened, issued] = await Promise.all([
        store.createJoinToken(newToken(clock, 'a'), event(clock)),
        store.openSession(openAsk(clock, { session: 'a', token: 'a' })),
        store.issueToken(under(clock, 'a', 'token_issued')),
      ]);
      expect([opened.ok, issued.ok]).toEqual([true, true]);
    });

    // breaks when: members.ts does not keep what the transaction has written in memory
    it('gives two first sights of the same turn the same handles', async () => {
      const { store } = fresh.current;
      const [one, two] = await Promise.all([
        store.memberHandles(triage, 'team', freshHandles('one')),
        store.memberHandles(triage, 'team', freshHandles('two')),
      ]);
      expect(two).toEqual(one);
      expect(one).toEqual(freshHandles('one'));
    });

    it('shows nothing of a write before it is durable', async () => {
      const { store, clock } = fresh.current;
      await store.createJoinToken(newToken(clock, 'a'), event(clock));
      const opening = store.openSession(openAsk(clock, { session: 'a', token: 'a' }));
      const publishing = store.cutBefore({
        before: undefined,
        now: clock.now(),
        audit: event(clock),
      });
      expect([store.session(sessionIdOf('a')), store.head()]).toEqual([undefined, revisionZero]);
      await Promise.all([opening, publishing]);
      expect(store.head()).toBeGreaterThan(revisionZero);
    });

    // breaks when: queue.ts compares with > instead of >=
    it('refuses with store_busy when writesWaiting are waiting, and takes more once they are written', async () => {
      const { store, clock, audit } = await fresh.with({ writesWaiting: 3 });
      const append = (note: string) => store.appendAudit(event(clock, 'token_issued', note));
      const answers = await Promise.all(['1', '2', '3', '4'].map(append));
      expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, false]);
      expect(answers[3]).toEqual({ ok: false, error: 'store_busy' });
      expect((await append('5')).ok).toBe(true);
      expect(audit().map(({ facts }) => facts['note'])).toEqual(['1', '2', '3', '5']);
    });

    it('rejects with the reason where an answer has no place for a refusal', async () => {
      const { store, clock } = await fresh.with({ writesWaiting: 0 });
      const sight = store.memberHandles(triage, 'team', freshHandles('one'));
      await expect(sight).rejects.toMatchObject({ reason: 'store_busy' });
      await expect(store.expireSessions(clock.now())).rejects.toThrow(StoreFault);
    });

    // breaks when: sqlite-store.ts queues cuts as other writes
    it('takes a cut however many other writes are waiting', async () => {
      const under3 = await fresh.with({ writesWaiting: 3 });
      const { store, clock } = under3;
      await openRoots(under3, 'a');
      const flood = () => Array.from({ length: 50 }, () => store.appendAudit(event(clock)));
      const answered = async (writes: Promise<{ ok: boolean }>[]) =>
        (await Promise.all(writes)).map(({ ok }) => ok);
      const first = flood();
      const cut = [store.cutSession(under(clock, 'a', 'session_cut'))];
      expect(await answered(cut)).toEqual([true]);
      const second = flood();
      const cutAll = { before: undefined, now: clock.now(), audit: event(clock) };
      const cuts = Array.from({ length: 4 }, () => store.cutBefore(cutAll));
      expect(await answered(cuts)).toEqual([true, true, true, false]);
      for (const each of [first, second]) {
        expect((await answered(each)).filter((ok) => ok).length).toBe(3);
      }
    });

    it('lets a write that throws take nobody down', async () => {
      const { store, clock, audit } = fresh.current;
      const append = (note: string) => store.appendAudit(event(clock, 'token_issued', note));
      const twice = newToken(clock, 'twice');
      const [one, first, second, two] = await Promise.allSettled([
        append('before'),
        store.createJoinToken(twice, event(clock, 'join_token_created', 'first')),
        store.createJoinToken(twice, event(clock, 'join_token_created', 'second')),
        append('after'),
      ]);
      const kinds = [one, first, second, two].map(({ status }) => status);
      expect(kinds).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
      expect(audit().map(({ facts }) => facts['note'])).toEqual(['before', 'first', 'after']);
    });
  });
}

function freshHandles(seed: string) {
  const { member, owner } = { member: sessionIdOf(`${seed} m`), owner: sessionIdOf(`${seed} o`) };
  return { member, owner };
}
