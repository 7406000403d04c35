import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../../../broker/src/domain/audit.js';
import type { NewDelivery } from '../../../broker/src/store/store.js';
import {
  type FakeClock,
  type OpenStore,
  plusSeconds,
  sessionIdOf,
  thumbprintOfName,
} from '../../support/store.js';
import { answerOf, event, openRoots } from './asks.js';
import { freshStore } from './fixture.js';

/** A delivery to the contact of `team`, but for what is named. */
function delivery(clock: FakeClock, name: string, over: Partial<NewDelivery> = {}): NewDelivery {
  const id = thumbprintOfName(name);
  const claims = `{"for":"${name}"}`;
  return { id, owner: 'team', target: 'contact', kind: 'cut', at: clock.now(), claims, ...over };
}

/** What is told of the audit, and events on their way to receivers. */
export function deliverySuite(name: string, open: OpenStore): void {
  describe(`${name}: what is told of the audit`, () => {
    const fresh = freshStore(open);

    it('is told after its commit, in order, and not what is of no told kind', async () => {
      const { store, clock } = fresh.current;
      const told: AuditRecord[] = [];
      const stop = store.onAudit((records) => told.push(...records));
      const kinds = ['session_ended', 'token_issued', 'session_resumed'] as const;
      await Promise.all(kinds.map((kind) => store.appendAudit(event(clock, kind))));
      expect(told.map((record) => record.event.kind)).toEqual(['session_ended', 'session_resumed']);
      const [first, last] = told.map(({ sequence }) => sequence) as [number, number];
      expect(store.outbox.told(0, 10)).toEqual({ records: told, upTo: last });
      expect(store.outbox.told(first, 10)).toEqual({ records: told.slice(1), upTo: last });
      // What is looked at is bounded, whether it is told or not.
      expect(store.outbox.told(first, 1)).toEqual({ records: [], upTo: first + 1 });
      expect(store.outbox.told(last, 10)).toEqual({ records: [], upTo: last });
      expect(new Set(told.map(({ hash }) => hash)).size).toBe(2);
      stop();
      await store.appendAudit(event(clock, 'session_ended'));
      expect(told).toHaveLength(2);
    });

    it('says what a cut came to and whose sessions it reached', async () => {
      const on = fresh.current;
      const { store, clock } = on;
      await openRoots(on, 'one');
      const audit = event(clock, 'session_cut');
      const session = sessionIdOf('one');
      const done = answerOf(await store.cutSession({ session, now: clock.now(), audit }));
      const [record] = store.outbox
        .told(0, 10)
        .records.filter(({ event: { kind } }) => kind === audit.kind);
      expect(record?.event.facts).toMatchObject({ ...done, workloads: ['support-triage'] });
    });
  });

  describe(`${name}: events on their way to receivers`, () => {
    const fresh = freshStore(open);
    const add = (...deliveries: readonly NewDelivery[]) => {
      const { store, clock } = fresh.current;
      return store.outbox.add({ deliveries, upTo: undefined, escalated: [], now: clock.now() });
    };
    const ids = (deliveries: readonly { readonly id: string }[]) => deliveries.map(({ id }) => id);
    const idOf = (text: string) => thumbprintOfName(text) as string;

    it('are added once, with the place in the audit, and kept over a restart and a crash', async () => {
      const on = fresh.current;
      const { clock } = on;
      const deliveries = [delivery(clock, 'one'), delivery(clock, 'two')];
      await on.store.outbox.add({ deliveries, upTo: 7, escalated: [], now: clock.now() });
      await add(delivery(clock, 'one', { claims: '{"for":"another"}' }));
      for (const store of [await on.reopen(), await on.crash()]) {
        expect(ids(store.outbox.waiting(undefined, 10))).toEqual([idOf('one'), idOf('two')]);
        expect(store.outbox.waiting(undefined, 10)[0]).toMatchObject({
          ...deliveries[0],
          attempts: 0,
          lastFault: '',
          createdAt: clock.now(),
        });
        expect(store.outbox.place()).toBe(7);
      }
    });

    it('are due one for each receiver, the oldest first, and only when its time has come', async () => {
      const { store, clock } = fresh.current;
      const escalation = delivery(clock, 'three', { target: 'escalation' });
      await add(delivery(clock, 'one'), delivery(clock, 'two'), escalation);
      expect(ids(store.outbox.due(clock.now())).sort()).toEqual(
        [idOf('one'), idOf('three')].sort(),
      );
      const nextAt = plusSeconds(clock.now(), 5);
      const outcome = { as: 'failed', fault: 'answered 500, not 202', nextAt } as const;
      await store.outbox.settle({ id: idOf('one'), outcome, now: clock.now() });
      // What waits behind it waits with it: a receiver gets its events in order.
      expect(ids(store.outbox.due(clock.now()))).toEqual([idOf('three')]);
      clock.advance(5);
      expect(ids(store.outbox.due(clock.now()))).toContain(idOf('one'));
      expect(store.outbox.receivers('team')).toMatchObject([
        { target: 'contact', waiting: 2, lastFault: 'answered 500, not 202' },
        { target: 'escalation', waiting: 1, lastFault: '' },
      ]);
    });

    it('are gone once they were taken or given up, and counted', async () => {
      const { store, clock } = fresh.current;
      await add(delivery(clock, 'one'), delivery(clock, 'two'));
      const now = clock.now();
      await store.outbox.settle({ id: idOf('one'), outcome: { as: 'delivered' }, now });
      const dropped = { as: 'dropped', fault: 'too old' } as const;
      await store.outbox.settle({ id: idOf('two'), outcome: dropped, now });
      // What is gone stays so, whatever is said of it afterwards.
      await store.outbox.settle({ id: idOf('two'), outcome: { as: 'delivered' }, now });
      expect(store.outbox.waiting(undefined, 10)).toEqual([]);
      expect(store.outbox.receivers(undefined)).toEqual([
        {
          owner: 'team',
          target: 'contact',
          waiting: 0,
          delivered: 1,
          dropped: 1,
          lastFault: 'too old',
          lastFaultAt: now,
        },
      ]);
      expect(store.outbox.receivers('nobody')).toEqual([]);
    });

    it('are at most so many for one receiver: the oldest go, and others keep theirs', async () => {
      const { store, clock } = await fresh.with({ deliveriesPerReceiver: 2 });
      const now = clock.now();
      const other = delivery(clock, 'other', { owner: 'desk' });
      const deliveries = [other, ...['a', 'b', 'c'].map((each) => delivery(clock, each))];
      const ask = { deliveries, upTo: undefined, escalated: [], now };
      expect(answerOf(await store.outbox.add(ask))).toBe(1);
      expect(ids(store.outbox.waiting('team', 10))).toEqual([idOf('b'), idOf('c')]);
      expect(ids(store.outbox.waiting('desk', 10))).toEqual([idOf('other')]);
      expect(store.outbox.receivers('team')).toMatchObject([{ dropped: 1, waiting: 2 }]);
    });

    it('to a contact are overdue after a time, until they are escalated', async () => {
      const { store, clock } = fresh.current;
      await add(delivery(clock, 'one'), delivery(clock, 'up', { target: 'escalation' }));
      const addedAt = clock.now();
      clock.advance(300);
      expect(ids(store.outbox.overdue(addedAt, 10))).toEqual([idOf('one')]);
      const escalated = [idOf('one')];
      const ask = { deliveries: [], upTo: undefined, escalated, now: clock.now() };
      await store.outbox.add(ask);
      expect(store.outbox.overdue(addedAt, 10)).toEqual([]);
      expect(ids(store.outbox.waiting('team', 10))).toContain(idOf('one'));
    });
  });
}
