import { ok } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../domain/audit.js';
import { nowhere, type Occurrence } from '../domain/event.js';
import { limits } from '../domain/limits.js';
import type { Owner, Registry } from '../domain/registry.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { sessionIdOf, thumbprintOfName } from '../doubles/ids.js';
import { registryOf } from '../doubles/registries.js';
import type { AddDeliveries, Delivery, NewDelivery, SettleDelivery } from '../store/store.js';
import type { Pushed } from './push.js';
import { Router } from './router.js';
import { Sender } from './sender.js';

const team: Owner = {
  name: 'team',
  contact: 'team@example.com',
  escalation: undefined,
  notify: {
    contact: { url: 'https://contact.example/', allowPrivate: false },
    escalation: { url: 'https://escalation.example/', allowPrivate: false },
  },
};

const occurrence = (kind: 'cut' | 'resumed'): Occurrence => {
  const authored = { author: 'ann', reason: 'looks stolen' };
  const what =
    kind === 'cut'
      ? ({ kind, of: 'session', name: 'x', ...authored, sessionsEnded: 1, revision: 7 } as never)
      : ({ kind, ...authored, sessionsResumed: 1 } as const);
  const session = sessionIdOf('one');
  const reached = { workloads: ['triage'], owners: ['team'] };
  return { at: 1 as never, cause: undefined, ...nowhere, owner: 'team', session, reached, what };
};

/** An outbox in memory, as the contract has it where these tests look. */
class FakeOutbox {
  readonly clock = new FakeClock();
  readonly records: AuditRecord[] = [];
  waiting: Delivery[] = [];
  readonly escalated = new Set<string>();
  readonly settled: SettleDelivery['outcome'][] = [];
  cursor = 0;
  refusals = 0;

  told = (after: number, stretch: number) => ({
    records: this.records.slice(after, after + stretch),
    upTo: Math.min(after + stretch, Math.max(after, this.records.length)),
  });

  place = () => this.cursor;

  add = async ({ deliveries, upTo, escalated, now }: AddDeliveries) => {
    if (this.refusals > 0) {
      this.refusals -= 1;
      return { ok: false, error: 'store_busy' } as const;
    }
    for (const each of deliveries) this.#add(each, now);
    for (const id of escalated) this.escalated.add(id);
    this.cursor = upTo ?? this.cursor;
    return ok(0);
  };

  overdue = (before: number) =>
    this.waiting.filter(
      ({ id, target, createdAt }) =>
        target === 'contact' && createdAt <= before && !this.escalated.has(id),
    );

  due = (now: number) => {
    const first = new Map<string, Delivery>();
    for (const each of this.waiting) {
      const key = `${each.owner} ${each.target}`;
      if (!first.has(key)) first.set(key, each);
    }
    return [...first.values()].filter(({ nextAt }) => nextAt <= now);
  };

  settle = async ({ id, outcome }: SettleDelivery) => {
    this.settled.push(outcome);
    this.waiting = this.waiting.flatMap((each) => {
      if (each.id !== id) return each;
      if (outcome.as !== 'failed') return [];
      const { fault, nextAt } = outcome;
      return { ...each, attempts: each.attempts + 1, nextAt, lastFault: fault };
    });
    return ok(undefined);
  };

  note(kind: 'cut' | 'resumed'): void {
    const sequence = this.records.length + 1;
    const event = { kind, at: 1, actor: 'x', facts: {} } as never;
    this.records.push({ sequence, hash: thumbprintOfName(sequence), event });
  }

  #add(delivery: NewDelivery, now: Delivery['createdAt']): void {
    if (this.waiting.some(({ id }) => id === delivery.id)) return;
    this.waiting.push({ ...delivery, createdAt: now, attempts: 0, nextAt: now, lastFault: '' });
  }
}

function routerOf(outbox: FakeOutbox, registry: Registry): Router {
  return new Router({
    issuer: 'https://creance.example.internal',
    registry: () => registry,
    outbox,
    now: () => outbox.clock.now(),
    occurrenceOf: ({ event }) => occurrence(event.kind as never),
    freshId: () => thumbprintOfName('fresh'),
    onAdded() {},
    onDropped() {},
  });
}

function stage(owner: Owner = team) {
  const outbox = new FakeOutbox();
  const registry = { ...registryOf(), owners: new Map([[owner.name, owner]]) };
  const pushed: string[] = [];
  let answer: (url: string) => Pushed | Promise<Pushed> = () => ({ as: 'taken' });
  const sender = new Sender({
    issuer: 'https://creance.example.internal',
    registry: () => registry,
    outbox,
    now: () => outbox.clock.now(),
    sign: ({ id }) => id,
    push: async ({ url }, token) => {
      pushed.push(token);
      return answer(url);
    },
    chance: () => 0.5,
    onSettled() {},
  });
  return {
    outbox,
    pushed,
    sender,
    router: routerOf(outbox, registry),
    registry,
    behave(as: (url: string) => Pushed | Promise<Pushed>) {
      answer = as;
    },
    async rounds(count: number, seconds: number) {
      for (let i = 0; i < count; i += 1) {
        sender.send();
        await sender.settled();
        outbox.clock.advance(seconds);
      }
    },
  };
}

describe('the way from the audit to receivers', () => {
  // breaks when: the place moves before the deliveries are written
  it('tells each record once, to a process that comes after it too', async () => {
    const { outbox, router, registry } = stage();
    outbox.note('cut');
    outbox.refusals = 1;
    await expect(router.read()).rejects.toThrow('store_busy');
    expect([outbox.waiting.length, outbox.cursor]).toEqual([0, 0]);
    await router.read();
    expect(outbox.waiting.map(({ target }) => target)).toEqual(['contact', 'escalation']);
    const ids = outbox.waiting.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    outbox.cursor = 0;
    await routerOf(outbox, registry).read();
    expect(outbox.waiting.map(({ id }) => id)).toEqual(ids);
  });

  it('hands on to the escalation what the contact has not taken in five minutes, once', async () => {
    const { outbox, router } = stage();
    outbox.note('cut');
    outbox.note('resumed');
    await router.read();
    outbox.clock.advance(limits.deliveryEscalationSeconds - 1);
    await router.escalate();
    expect(outbox.waiting).toHaveLength(3);
    outbox.clock.advance(1);
    await router.escalate();
    await router.escalate();
    const toEscalation = outbox.waiting.filter(({ target }) => target === 'escalation');
    // The cut it has had by itself, at once.
    expect(toEscalation.map(({ kind }) => kind)).toEqual(['cut', 'resumed']);
  });

  it('writes nothing for an owner without receivers', async () => {
    const nobody = { contact: undefined, escalation: undefined };
    const { outbox, router } = stage({ ...team, notify: nobody });
    outbox.note('cut');
    await router.read();
    expect([outbox.waiting, outbox.cursor]).toEqual([[], 0]);
    await router.keep();
    expect(outbox.cursor).toBe(1);
  });
});

describe('the sender', () => {
  it('tries again with pauses that double, and gives up after a day', async () => {
    const { outbox, router, rounds, behave, pushed } = stage();
    outbox.note('resumed');
    await router.read();
    behave(() => ({ as: 'failed', fault: 'answered 500, not 202' }));
    const pauses: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      await rounds(1, 0);
      const [one] = outbox.waiting as [Delivery];
      const seconds = (one.nextAt - outbox.clock.now()) / 1_000_000;
      pauses.push(seconds);
      outbox.clock.advance(seconds);
    }
    // 0.75 of each, as chance has it here.
    expect(pauses.slice(0, 4)).toEqual([0.75, 1.5, 3, 6]);
    expect(pauses.at(-1)).toBe(450);
    expect(new Set(pushed).size).toBe(1);
    outbox.clock.advance(limits.deliverySeconds);
    const attempts = pushed.length;
    await rounds(1, 0);
    expect(pushed).toHaveLength(attempts);
    expect(outbox.waiting).toEqual([]);
    expect(outbox.settled.at(-1)).toMatchObject({
      as: 'dropped',
      fault: expect.stringMatching(/too old/),
    });
  });

  it('lets nothing that a receiver refuses for good stand in the way for long', async () => {
    const { outbox, router, rounds, behave } = stage();
    outbox.note('resumed');
    outbox.note('resumed');
    await router.read();
    const [first, second] = outbox.waiting.map(({ id }) => id);
    behave(() => ({ as: 'refused', fault: 'answered 400: invalid_request' }));
    await rounds(8, 600);
    expect(outbox.waiting.map(({ id }) => id)).toEqual([second]);
    expect(first).not.toBe(second);
  });

  // breaks when: one receiver's attempt is waited for by another's
  it('sends to others while one hangs, and to that one nothing more', async () => {
    const { outbox, router, sender, behave, pushed } = stage();
    for (let i = 0; i < 3; i += 1) outbox.note('cut');
    await router.read();
    let release = (): void => {};
    const hanging = new Promise<Pushed>((resolve) => {
      release = () => resolve({ as: 'taken' });
    });
    behave((url) => (url.includes('contact') ? hanging : { as: 'taken' }));
    sender.send();
    await expect.poll(() => pushed.length).toBe(4);
    expect(outbox.waiting.map(({ target }) => target)).toEqual(['contact', 'contact', 'contact']);
    release();
    await expect.poll(() => outbox.waiting).toEqual([]);
  });

  it('gives up what the manifest names no receiver for any more', async () => {
    const { outbox, router, rounds, registry, pushed } = stage();
    outbox.note('resumed');
    await router.read();
    registry.owners.delete('team');
    await rounds(1, 0);
    expect([outbox.waiting, pushed]).toEqual([[], []]);
    expect(outbox.settled).toEqual([{ as: 'dropped', fault: 'the manifest names no receiver' }]);
  });
});
