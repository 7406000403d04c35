import type { Reason } from '@creance/proto';
import { type BrokerEvent, type EventFilter, isWanted } from '../domain/event.js';

/** The way to one watcher. */
export interface EventLine {
  /** Hands over one event; false asks to wait for `onDrain`. */
  write(event: BrokerEvent): boolean;
  /** Called when writing may go on. */
  onDrain(resume: () => void): void;
  /** Ends the stream; without a reason, in order. */
  end(reason?: WatchEnd): void;
}

/** Why the broker ends a watch. */
export type WatchEnd = Extract<
  Reason,
  | 'session_revoked'
  | 'session_ended'
  | 'session_expired'
  | 'session_suspended'
  | 'operator_role_missing'
  | 'events_too_slow'
  | 'shutting_down'
>;

/** Who watches, and what for. */
export interface WatchAsk {
  readonly filter: EventFilter;
  /** Goes on after this number; zero begins with all that is kept. */
  readonly after: number;
  /** Whether to go on once what is kept is said. */
  readonly follow: boolean;
  /** Why the watcher may not hear more; undefined while it may. Asked whenever that may have changed. */
  readonly fault: () => WatchEnd | undefined;
}

/**
 * One watcher with a queue of its own. grpc-js buffers without bound when nobody reads, so writing stops at
 * the first false, and the queue is bounded: whoever is too slow is told so and let go, and goes on after
 * the last number that it has seen.
 */
export class EventSubscriber {
  readonly ask: WatchAsk;
  readonly #line: EventLine;
  readonly #waitingMost: number;
  #waiting: BrokerEvent[] = [];
  /** What was kept when it came, said as the line takes it. */
  #kept: Iterator<BrokerEvent> | undefined;
  #blocked = false;
  #closed = false;
  #endsWhenSaid = false;

  constructor(line: EventLine, ask: WatchAsk, waitingMost: number) {
    this.#line = line;
    this.ask = ask;
    this.#waitingMost = waitingMost;
    line.onDrain(() => {
      this.#blocked = false;
      this.#flush();
    });
  }

  /** Whether the line is still of use. */
  get isOpen(): boolean {
    return !this.#closed;
  }

  /** Says what is kept, before anything else; the queue's bound does not count for it, the ring's does. */
  sayKept(events: Iterable<BrokerEvent>): void {
    // The ring turns while a slow line drains: what it held when the watcher came is what is said.
    this.#kept = [...events].filter((event) => isWanted(this.ask.filter, event)).values();
    this.#flush();
  }

  /** Ends in order once everything is handed over. */
  endWhenSaid(): void {
    this.#endsWhenSaid = true;
    this.#flush();
  }

  /** Says one now, or in turn. Gives false when the queue overflowed and the watcher was let go. */
  say(event: BrokerEvent): boolean {
    if (this.#closed || this.#endsWhenSaid) return true;
    if (this.#waiting.length >= this.#waitingMost) {
      this.close('events_too_slow');
      return false;
    }
    this.#waiting.push(event);
    this.#flush();
    return true;
  }

  /** Ends the watch. */
  close(reason?: WatchEnd): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    this.#kept = undefined;
    this.#line.end(reason);
  }

  #flush(): void {
    while (!this.#closed && !this.#blocked) {
      const event = this.#next();
      if (event === undefined) break;
      this.#blocked = !this.#line.write(event);
    }
    if (this.#endsWhenSaid && !this.#blocked) this.close();
  }

  #next(): BrokerEvent | undefined {
    const kept = this.#kept?.next();
    if (kept !== undefined && !kept.done) return kept.value;
    this.#kept = undefined;
    return this.#waiting.shift();
  }
}
