import type { Result } from '@creance/proto';
import type { AuditRecord } from '../domain/audit.js';
import type { EventKind } from '../domain/event.js';
import type { Instant } from '../domain/instant.js';
import type { StoreRefusal } from './refusals.js';

/** Which of an owner's receivers. */
export type ReceiverTarget = 'contact' | 'escalation';

/** A receiver by name. Where it is, the manifest of the moment says. */
export interface ReceiverRef {
  readonly owner: string;
  readonly target: ReceiverTarget;
}

/** An event for one receiver. */
export interface NewDelivery extends ReceiverRef {
  /** `jti` of its Security Event Token, 43 characters. */
  readonly id: string;
  readonly kind: EventKind;
  /** When it happened. */
  readonly at: Instant;
  /** The claims as JSON, without those that are of the moment of sending. */
  readonly claims: string;
}

/** An event on its way to one receiver. */
export interface Delivery extends NewDelivery {
  readonly createdAt: Instant;
  readonly attempts: number;
  readonly nextAt: Instant;
  /** Empty before the first attempt has failed. */
  readonly lastFault: string;
}

/** Events to deliver. */
export interface AddDeliveries {
  readonly deliveries: readonly NewDelivery[];
  /** The audit has been read up to this record; undefined leaves the place where it is. */
  readonly upTo: number | undefined;
  /** Deliveries to a contact that are escalated by these. */
  readonly escalated: readonly string[];
  readonly now: Instant;
}

/** What came of an attempt. */
export interface SettleDelivery {
  readonly id: string;
  readonly outcome:
    | { readonly as: 'delivered' }
    | { readonly as: 'dropped'; readonly fault: string }
    | { readonly as: 'failed'; readonly fault: string; readonly nextAt: Instant };
  readonly now: Instant;
}

/** How a receiver has done. */
export interface ReceiverState extends ReceiverRef {
  readonly waiting: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly lastFault: string;
  /** Zero when nothing has failed. */
  readonly lastFaultAt: Instant;
}

/** A stretch of the audit. */
export interface ToldRecords {
  readonly records: readonly AuditRecord[];
  /** Sequence of the last record that was looked at; where the search began when there was none. */
  readonly upTo: number;
}

/**
 * The outbox: events on their way to the owners' receivers, made of the audit behind a place of its own, and
 * kept until they were taken or given up. As durable as the rest of the store.
 */
export interface Outbox {
  /**
   * Looks at so many audit records after a sequence and gives those of `toldKinds`, ascending. Of all others
   * there are so many more that only a bounded stretch is looked at.
   */
  told(after: number, stretch: number): ToldRecords;
  /** Sequence of the last audit record that was read for receivers. */
  place(): number;
  /**
   * Adds deliveries, notes how far the audit was read for them, and which are escalated: one transaction. One
   * that is there already is left as it is. Of a receiver `limits.deliveriesPerReceiver` wait at most, the
   * oldest go; gives how many went.
   */
  add(ask: AddDeliveries): Promise<Result<number, StoreRefusal>>;
  /** Of each receiver the oldest delivery, where it is due: a receiver gets its events in order. */
  due(now: Instant): readonly Delivery[];
  /** Deliveries to contacts that were added until then and were not escalated, the oldest first. */
  overdue(addedUntil: Instant, limit: number): readonly Delivery[];
  /** Notes what came of an attempt. One that was dropped meanwhile stays so. */
  settle(ask: SettleDelivery): Promise<Result<void, StoreRefusal>>;
  /** What waits for an owner's receivers, or for all without a name, the oldest first. */
  waiting(owner: string | undefined, limit: number): readonly Delivery[];
  /** How receivers have done, by name. */
  receivers(owner: string | undefined): readonly ReceiverState[];
}
