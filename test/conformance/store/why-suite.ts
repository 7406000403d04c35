import { describe, expect, it } from 'vitest';
import { type OpenStore, type StoreUnderTest, sessionIdOf } from '../../support/store.js';
import { answerOf, event, handlesOf, openRoots, ownerOf, triage, under } from './asks.js';
import { freshStore } from './fixture.js';
import { delegateLine } from './tree-asks.js';

const endedAt = ({ store }: StoreUnderTest, name: string) => store.endedAt(sessionIdOf(name));

/** Why a session ended: the revision at which it did, and the audit about an instant. */
export function whySuite(name: string, open: OpenStore): void {
  describe(`${name}: the revision at which a session ended`, () => {
    const fresh = freshStore(open);

    it('is that of its own end or of one above it, and none while it lives', async () => {
      const on = fresh.current;
      await openRoots(on, 'root', 'beside');
      await delegateLine(on, 'root', 'a', 'b');
      expect(endedAt(on, 'b')).toBeUndefined();
      const before = on.written();
      const { revision } = answerOf(await on.store.cutSession(under(on.clock, 'a', 'session_cut')));
      expect(['root', 'a', 'b', 'beside', 'nobody'].map((each) => endedAt(on, each))).toEqual([
        undefined,
        revision,
        revision,
        undefined,
        undefined,
      ]);
      expect(on.written()).not.toEqual(before);
      const after = on.written();
      endedAt(on, 'b');
      expect(on.written()).toEqual(after);
    });

    // breaks when: only marks on sessions are looked at
    it('is that of a cut of the workload, which marks no session, after a crash too', async () => {
      const on = fresh.current;
      await openRoots(on, 'root');
      const { now } = under(on.clock, 'root', 'handle_cut');
      const audit = event(on.clock, 'handle_cut');
      await on.store.memberHandles(triage, ownerOf(triage), handlesOf(triage));
      const target = { kind: 'workload', name: triage.name } as const;
      const { revision } = answerOf(await on.store.cutHandle({ target, now, audit }));
      for (const store of [on.store, await on.crash()])
        expect(store.endedAt(sessionIdOf('root'))).toBe(revision);
    });
  });

  describe(`${name}: the audit about an instant`, () => {
    const fresh = freshStore(open, { auditRecordsNear: 5 });

    it('gives records of the kinds that are asked for, oldest first, as they were appended', async () => {
      const { store, clock } = fresh.current;
      const cut = event(clock, 'session_cut', 'first');
      await store.appendAudit(cut);
      await store.appendAudit(event(clock, 'token_issued'));
      clock.advance(1);
      const named = { ...event(clock, 'before_cut', 'second'), session: sessionIdOf('a') };
      await store.appendAudit(named);
      expect(store.auditNear(clock.now(), ['session_cut', 'before_cut'])).toEqual([cut, named]);
      expect(store.auditNear(clock.now(), [])).toEqual([]);
    });

    // breaks when: the whole audit is looked through, or the place is not halved for
    it('looks at so many on each side of the instant, and no further', async () => {
      const { store, clock } = fresh.current;
      const instants = [];
      for (let at = 0; at < 40; at += 1) {
        clock.advance(1);
        instants.push(clock.now());
        await store.appendAudit(event(clock, 'session_cut', `${at}`));
      }
      const [first, middle, last] = [instants[0], instants[20], instants[39]];
      const notes = (instant = clock.now()) =>
        store.auditNear(instant, ['session_cut']).map(({ facts }) => Number(facts['note']));
      expect(notes(middle)).toEqual([15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
      expect(notes(first)).toEqual([0, 1, 2, 3, 4, 5]);
      expect(notes(last)).toEqual([34, 35, 36, 37, 38, 39]);
    });
  });
}
