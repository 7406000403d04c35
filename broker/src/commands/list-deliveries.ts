import { ok } from '@creance/proto';
import type { Delivery, Outbox, ReceiverState } from '../store/store.js';
import type { Command } from './call.js';

/** Whose deliveries are wanted; undefined for all. */
export interface ListDeliveriesAsk {
  readonly owner: string | undefined;
}

/** What waits, and how the receivers have done. */
export interface DeliveriesListed {
  readonly waiting: readonly Delivery[];
  readonly receivers: readonly ReceiverState[];
}

/** Deliveries that one reply names. */
const deliveriesShown = 200;

/** Says what waits for the owners' receivers, the oldest first, and what last failed. */
export function listDeliveries(
  outbox: Pick<Outbox, 'waiting' | 'receivers'>,
): Command<ListDeliveriesAsk, DeliveriesListed> {
  return async ({ owner }) =>
    ok({ waiting: outbox.waiting(owner, deliveriesShown), receivers: outbox.receivers(owner) });
}
