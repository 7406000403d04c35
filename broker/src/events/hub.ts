import { type BrokerEvent, isWanted, nowhere, type Occurrence } from '../domain/event.js';
import type { Instant } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import type { Clock } from '../runtime/clock.js';
import { type EventLine, EventSubscriber, type WatchAsk, type WatchEnd } from './subscriber.js';

/** Parts of the hub. */
export interface EventHubParts {
  readonly clock: Pick<Clock, 'now'>;
  /** Called when a bound was hit, with its name. */
  readonly limitHit: (name: 'eventSubscribers' | 'eventsWaiting') => void;
  /** Bounds that differ from `limits`. */
  readonly limits?: Partial<HubBounds>;
}

/** Since when events are kept. */
export interface KeptSince {
  /** Every event after this is kept. */
  readonly since: Instant;
  /** When the first could have been. */
  readonly beganAt: Instant;
}

type HubBounds = Readonly<Record<'eventsKept' | 'eventsWaiting' | 'eventSubscribers', number>>;

/**
 * What has happened, on its way to those who watch. The latest events are kept for those who come late; with
 * nobody there an event costs a place in that ring. Publishing never waits: who is slow is let go.
 */
export class EventHub {
  readonly #parts: EventHubParts;
  readonly #bounds: HubBounds;
  readonly #subscribers = new Set<EventSubscriber>();
  /** The latest events, the oldest at `#oldest`. */
  readonly #ring: BrokerEvent[] = [];
  #oldest = 0;
  /** Number of the last event, or the one before the first of this process. */
  #last: number;
  readonly #beganAt: Instant;
  /** Number of the last event that is not kept any more. */
  #gone: number;

  constructor(parts: EventHubParts) {
    this.#parts = parts;
    this.#bounds = { ...limits, ...parts.limits };
    this.#beganAt = parts.clock.now();
    this.#last = this.#beganAt;
    this.#gone = this.#last;
  }

  /** Since when events are kept: a restart of the broker forgets them. */
  get kept(): KeptSince {
    // A number is the instant of its event in microseconds, or a little more.
    return { since: this.#gone as Instant, beganAt: this.#beganAt };
  }

  /** Whoever watches, in order of coming. */
  get watching(): number {
    return this.#subscribers.size;
  }

  /** Gives an occurrence its number and tells everybody who wants it. */
  publish(occurrence: Occurrence): BrokerEvent {
    // Like a revision: greater than all before, those of an earlier process included.
    this.#last = Math.max(this.#last + 1, this.#parts.clock.now());
    const event = { ...occurrence, number: this.#last };
    this.#keep(event);
    for (const subscriber of this.#subscribers) this.#tell(subscriber, event);
    return event;
  }

  /** Adds a watcher, or undefined when there are `limits.eventSubscribers` already. */
  watch(line: EventLine, ask: WatchAsk): EventSubscriber | undefined {
    if (this.#subscribers.size >= this.#bounds.eventSubscribers) {
      this.#parts.limitHit('eventSubscribers');
      return undefined;
    }
    const subscriber = new EventSubscriber(line, ask, this.#bounds.eventsWaiting);
    subscriber.sayKept(this.#missed(ask.after));
    if (!ask.follow) subscriber.endWhenSaid();
    if (subscriber.isOpen) this.#subscribers.add(subscriber);
    return subscriber;
  }

  /** Removes a watcher. */
  unwatch(subscriber: EventSubscriber): void {
    this.#subscribers.delete(subscriber);
    subscriber.close();
  }

  /** Asks every watcher whether it may still hear, and lets go those that may not. */
  review(): void {
    for (const subscriber of this.#subscribers) {
      const fault = subscriber.ask.fault();
      if (fault !== undefined) this.#end(subscriber, fault);
    }
  }

  /** Ends every watch. */
  close(): void {
    for (const subscriber of this.#subscribers) this.#end(subscriber, 'shutting_down');
  }

  #end(subscriber: EventSubscriber, reason: WatchEnd): void {
    this.#subscribers.delete(subscriber);
    subscriber.close(reason);
  }

  #tell(subscriber: EventSubscriber, event: BrokerEvent): void {
    if (isWanted(subscriber.ask.filter, event) && !subscriber.say(event))
      this.#parts.limitHit('eventsWaiting');
    if (!subscriber.isOpen) this.#subscribers.delete(subscriber);
  }

  #keep(event: BrokerEvent): void {
    if (this.#ring.length < this.#bounds.eventsKept) {
      this.#ring.push(event);
      return;
    }
    this.#gone = (this.#ring[this.#oldest] as BrokerEvent).number;
    this.#ring[this.#oldest] = event;
    this.#oldest = (this.#oldest + 1) % this.#ring.length;
  }

  /** What is kept after a number, with the gap before it where there is one. */
  *#missed(after: number): Generator<BrokerEvent> {
    // A number that this process has not come to is of a clock that ran ahead: nothing is known of it.
    const isKnown = after === 0 || (after >= this.#gone && after <= this.#last);
    const from = isKnown ? after : 0;
    if (!isKnown) yield this.#gapAfter(after);
    for (let at = 0; at < this.#ring.length; at += 1) {
      const event = this.#ring[(this.#oldest + at) % this.#ring.length] as BrokerEvent;
      if (event.number > from) yield event;
    }
  }

  /** Whoever goes on after a gap's number gets what is kept, and no second gap. */
  #gapAfter(after: number): BrokerEvent {
    const what = { kind: 'gap', after } as const;
    const at = this.#parts.clock.now();
    return { number: this.#gone, at, cause: undefined, ...nowhere, reached: undefined, what };
  }
}
