import { createHash } from 'node:crypto';
import { setImmediate as pause } from 'node:timers/promises';
import type { AuditRecord } from '../domain/audit.js';
import type { Occurrence } from '../domain/event.js';
import { type Instant, plusSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import type { CurrentRegistry } from '../domain/registry.js';
import type { NewDelivery, Outbox } from '../store/store.js';
import { claimsOf } from './claims.js';
import { goesToBoth, hasReceivers, type Route, receiverOf, routesOf } from './routes.js';

/** Parts of the router. */
export interface RouterParts {
  readonly issuer: string;
  readonly registry: CurrentRegistry;
  readonly outbox: Pick<Outbox, 'told' | 'place' | 'add' | 'overdue'>;
  readonly now: () => Instant;
  /** What an audit record tells. */
  readonly occurrenceOf: (record: AuditRecord) => Occurrence | undefined;
  /** 32 random bytes as base64url: what is of no audit record is known by nothing else. */
  readonly freshId: () => string;
  /** Called once there is something to deliver. */
  readonly onAdded: () => void;
  /** Called with how many a bound has dropped. */
  readonly onDropped: (count: number) => void;
}

/** Audit records that are looked at in one step, and overdue deliveries. */
const stretchRecords = 1_000;
const overdueMost = 256;

/**
 * Makes deliveries of what has happened. It reads the audit, which is written in the transaction of what it
 * speaks of, behind a place of its own that moves in the transaction of the deliveries: so a crash loses
 * nothing and tells nothing twice, and a cut waits for no receiver and fails for none. Signals are in no
 * record; a crash may take those of its last moment.
 */
export class Router {
  readonly #parts: RouterParts;
  /** Sequence of the last record that was read. */
  #readTo: number;
  /** What the store has of that. */
  #keptTo: number;
  #reading: Promise<void> | undefined;
  #again = false;

  constructor(parts: RouterParts) {
    this.#parts = parts;
    this.#readTo = parts.outbox.place();
    this.#keptTo = this.#readTo;
  }

  /** Reads what is new in the audit; while it reads, once more afterwards. Rejects when the store does. */
  read(): Promise<void> {
    if (this.#reading !== undefined) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Delivers what is in no audit record. */
  async tell(occurrence: Occurrence): Promise<void> {
    const { registry, freshId } = this.#parts;
    const seed = routesOf(registry(), occurrence).length === 0 ? '' : freshId();
    const deliveries = this.#deliveriesOf(occurrence, seed);
    if (deliveries.length > 0) await this.#add(deliveries, undefined, []);
  }

  /** Hands on to the escalation what the contact has not taken in time. */
  async escalate(): Promise<void> {
    const { outbox, now, registry } = this.#parts;
    const before = plusSeconds(now(), -limits.deliveryEscalationSeconds);
    const overdue = outbox.overdue(before, overdueMost);
    if (overdue.length === 0) return;
    const deliveries = overdue.flatMap((delivery): NewDelivery[] => {
      const route = { owner: delivery.owner, target: 'escalation' } as const;
      // What goes to both anyway has a delivery to the escalation of its own.
      return receiverOf(registry(), route) && !goesToBoth.has(delivery.kind)
        ? [{ ...delivery, ...route, id: idOf(delivery.id, route) }]
        : [];
    });
    await this.#add(
      deliveries,
      undefined,
      overdue.map(({ id }) => id),
    );
  }

  /** Keeps how far the audit was read, so that a start has little to read. */
  async keep(): Promise<void> {
    if (this.#readTo > this.#keptTo) await this.#add([], this.#readTo, []);
  }

  async #readAll(): Promise<void> {
    const { outbox, registry, occurrenceOf } = this.#parts;
    do {
      this.#again = false;
      for (let before = -1; before < this.#readTo; ) {
        before = this.#readTo;
        const { records, upTo } = outbox.told(before, stretchRecords);
        const deliveries = hasReceivers(registry())
          ? records.flatMap((record) => {
              const occurrence = occurrenceOf(record);
              return occurrence === undefined ? [] : this.#deliveriesOf(occurrence, record.hash);
            })
          : [];
        if (deliveries.length > 0) await this.#add(deliveries, upTo, []);
        this.#readTo = upTo;
        // A long way is gone in steps: calls come between.
        await pause();
      }
    } while (this.#again);
  }

  #deliveriesOf(occurrence: Occurrence, seed: string): NewDelivery[] {
    const { registry, issuer } = this.#parts;
    const routes = routesOf(registry(), occurrence);
    if (routes.length === 0) return [];
    const claims = claimsOf(issuer, occurrence);
    const { at, what } = occurrence;
    return routes.map((route) => ({
      ...route,
      id: idOf(seed, route),
      kind: what.kind,
      at,
      claims,
    }));
  }

  async #add(
    deliveries: readonly NewDelivery[],
    upTo: number | undefined,
    escalated: readonly string[],
  ): Promise<void> {
    const { outbox, now, onAdded, onDropped } = this.#parts;
    const added = await outbox.add({ deliveries, upTo, escalated, now: now() });
    if (!added.ok) throw new Error(`deliveries cannot be written down: ${added.error}`);
    if (upTo !== undefined) this.#keptTo = Math.max(this.#keptTo, upTo);
    if (added.value > 0) onDropped(added.value);
    if (deliveries.length > 0) onAdded();
  }
}

/** The same for the same event and receiver, whenever it is made; of no other. */
function idOf(seed: string, { owner, target }: Route): string {
  return createHash('sha256').update(`${seed}\0${owner}\0${target}`).digest('base64url');
}
