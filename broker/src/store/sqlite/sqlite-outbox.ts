import type { Result } from '@creance/proto';
import type { Instant } from '../../domain/instant.js';
import type { AddDeliveries, Outbox, SettleDelivery } from '../outbox.js';
import type { StoreRefusal } from '../refusals.js';
import { addDeliveries, settleDelivery } from './delivering.js';
import type { Room } from './room.js';

/** The ways to the file that an outbox goes. */
export interface OutboxWays {
  readonly room: Room;
  /** Queues a step. */
  readonly write: <V>(step: () => Result<V, never>) => Promise<Result<V, StoreRefusal>>;
  /** A read that the disk fails is a failed disk. */
  readonly read: <T>(read: () => T) => T;
}

/** The outbox on the store's file. */
export class SqliteOutbox implements Outbox {
  readonly #ways: OutboxWays;

  constructor(ways: OutboxWays) {
    this.#ways = ways;
  }

  told(after: number, stretch: number): ReturnType<Outbox['told']> {
    return this.#read(({ audit }) => audit.toldAfter(after, stretch));
  }

  place(): number {
    return this.#read(({ receivers }) => receivers.cursor);
  }

  add(ask: AddDeliveries): ReturnType<Outbox['add']> {
    const { write, room } = this.#ways;
    return write(() => addDeliveries(room, ask));
  }

  due(now: Instant): ReturnType<Outbox['due']> {
    return this.#read(({ deliveries }) => deliveries.due(now));
  }

  overdue(addedUntil: Instant, limit: number): ReturnType<Outbox['overdue']> {
    return this.#read(({ deliveries }) => deliveries.overdue(addedUntil, limit));
  }

  settle(ask: SettleDelivery): ReturnType<Outbox['settle']> {
    const { write, room } = this.#ways;
    return write(() => settleDelivery(room, ask));
  }

  waiting(owner: string | undefined, limit: number): ReturnType<Outbox['waiting']> {
    return this.#read(({ deliveries }) => deliveries.list(owner ?? '', limit));
  }

  receivers(owner: string | undefined): ReturnType<Outbox['receivers']> {
    return this.#read(({ receivers }) => receivers.list(owner ?? ''));
  }

  #read<T>(read: (room: Room) => T): T {
    const { room } = this.#ways;
    return this.#ways.read(() => read(room));
  }
}
