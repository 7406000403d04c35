import { ok, type Result } from '@creance/proto';
import type { AddDeliveries, ReceiverRef, SettleDelivery } from '../outbox.js';
import type { Room } from './room.js';

/**
 * Adds events for receivers, and moves the place in the audit with them: one transaction, so that a record is
 * told once, whenever the process ends. A receiver keeps `deliveriesPerReceiver`, its oldest go and are counted.
 */
export function addDeliveries(room: Room, ask: AddDeliveries): Result<number, never> {
  const { deliveries, receivers, limits } = room;
  const touched = new Map<string, ReceiverRef>();
  for (const delivery of ask.deliveries) {
    if (!deliveries.insert(delivery, ask.now)) continue;
    touched.set(`${delivery.target} ${delivery.owner}`, delivery);
  }
  let dropped = 0;
  for (const receiver of touched.values()) {
    const surplus = deliveries.surplus(receiver, limits.deliveriesPerReceiver);
    for (const id of surplus) deliveries.remove(id);
    receivers.count(receiver, { dropped: surplus.length });
    if (surplus.length > 0) receivers.noteFault(receiver, 'too many waited', ask.now);
    dropped += surplus.length;
  }
  for (const id of ask.escalated) deliveries.escalate(id);
  if (ask.upTo !== undefined) receivers.moveCursor(ask.upTo);
  return ok(dropped);
}

/** Writes down what came of an attempt; one that is gone meanwhile stays gone. */
export function settleDelivery(
  { deliveries, receivers }: Room,
  { id, outcome, now }: SettleDelivery,
): Result<void, never> {
  const delivery = deliveries.find(id);
  if (delivery === undefined) return ok(undefined);
  if (outcome.as === 'failed') {
    deliveries.fail(id, outcome.nextAt, outcome.fault);
    receivers.noteFault(delivery, outcome.fault, now);
    return ok(undefined);
  }
  deliveries.remove(id);
  receivers.count(delivery, { [outcome.as]: 1 });
  if (outcome.as === 'dropped') receivers.noteFault(delivery, outcome.fault, now);
  return ok(undefined);
}
