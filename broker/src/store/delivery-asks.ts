import type { EventKind } from '../domain/event.js';
import type { Instant } from '../domain/instant.js';

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
