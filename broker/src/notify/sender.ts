import { type Instant, plusSeconds, unixSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import type { CurrentRegistry, Receiver } from '../domain/registry.js';
import type { Delivery, Outbox, SettleDelivery } from '../store/store.js';
import type { EventTokenAsk } from '../tokens/event-token.js';
import type { Pushed } from './push.js';
import { receiverOf } from './routes.js';

/** Parts of the sender. */
export interface SenderParts {
  readonly issuer: string;
  readonly registry: CurrentRegistry;
  readonly outbox: Pick<Outbox, 'due' | 'settle'>;
  readonly now: () => Instant;
  readonly sign: (ask: EventTokenAsk) => string;
  readonly push: (receiver: Receiver, token: string) => Promise<Pushed>;
  /** A random number from 0 to 1, for pauses. */
  readonly chance: () => number;
  readonly onSettled: (delivery: Delivery, outcome: SettleDelivery['outcome']) => void;
}

/** Attempts after which what a receiver refuses for good is given up: others wait behind it. */
const refusalsMost = 8;

/**
 * Sends what is due, each receiver's events one after the other and in order, at most `deliveriesAtOnce` to
 * different ones at a time: a receiver that hangs holds up itself alone.
 */
export class Sender {
  readonly #parts: SenderParts;
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Begins what is due and not under way; goes on with a receiver once it has taken one. */
  send(): void {
    const { outbox, now } = this.#parts;
    for (const delivery of outbox.due(now())) {
      const receiver = `${delivery.target} ${delivery.owner}`;
      if (this.#underWay.size >= limits.deliveriesAtOnce) return;
      if (this.#underWay.has(receiver)) continue;
      const attempt = this.#attempt(delivery).finally(() => this.#underWay.delete(receiver));
      this.#underWay.set(receiver, attempt);
      // What goes wrong here is the store: it is tried again with the next round.
      attempt.then(
        () => this.send(),
        () => {},
      );
    }
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const { outbox, now, onSettled } = this.#parts;
    const outcome = await this.#outcomeOf(delivery);
    const settled = await outbox.settle({ id: delivery.id, outcome, now: now() });
    if (!settled.ok) throw new Error(`a delivery cannot be settled: ${settled.error}`);
    onSettled(delivery, outcome);
  }

  async #outcomeOf(delivery: Delivery): Promise<SettleDelivery['outcome']> {
    const { registry, now } = this.#parts;
    const receiver = receiverOf(registry(), delivery);
    if (receiver === undefined) return { as: 'dropped', fault: 'the manifest names no receiver' };
    if (now() >= plusSeconds(delivery.createdAt, limits.deliverySeconds))
      return { as: 'dropped', fault: `too old; last: ${delivery.lastFault}` };
    const pushed = await this.#push(receiver, delivery);
    if (pushed.as === 'taken') return { as: 'delivered' };
    const { fault } = pushed;
    if (pushed.as === 'refused' && delivery.attempts + 1 >= refusalsMost)
      return { as: 'dropped', fault };
    return { as: 'failed', fault, nextAt: this.#nextAt(delivery) };
  }

  #push(receiver: Receiver, { id, createdAt, claims }: Delivery): Promise<Pushed> {
    const { sign, push, issuer } = this.#parts;
    const issuedAtSeconds = unixSeconds(createdAt);
    return push(receiver, sign({ issuer, audience: receiver.url, id, issuedAtSeconds, claims }));
  }

  /** Doubles from a second to ten minutes; half of it is chance, so that receivers are not called in step. */
  #nextAt({ attempts }: Delivery): Instant {
    const { deliveryPauseMillis: first, deliveryPauseMillisMax: most } = limits;
    const millis = Math.min(first * 2 ** Math.min(attempts, 30), most);
    const { now, chance } = this.#parts;
    return (now() + Math.round(millis * (0.5 + chance() / 2) * 1_000)) as Instant;
  }
}
