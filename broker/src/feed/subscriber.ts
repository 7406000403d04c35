import type { Reason, Revision, SessionId } from '@creance/proto';
import { SubscribeResponse } from '@creance/proto/wire';

/** The way to one subscriber. */
export interface SubscriberLine {
  /** Hands over one encoded SubscribeResponse; false asks to wait for `onDrain`. */
  write(bytes: Buffer): boolean;
  /** Called when writing may go on. */
  onDrain(resume: () => void): void;
  /** Ends the stream; without a reason, in order. */
  end(reason?: SubscriptionEnd): void;
}

/** Why the broker ends a subscription. */
export type SubscriptionEnd = Extract<
  Reason,
  'session_revoked' | 'session_ended' | 'session_expired' | 'session_suspended' | 'shutting_down'
>;

/** Who subscribes. */
export interface SubscriberName {
  readonly session: SessionId;
  readonly resource: string;
}

/**
 * One subscriber with a queue of its own. grpc-js buffers without bound when nobody reads, so writing
 * stops at the first false and the queue is bounded: on overflow it is dropped, the subscriber is told
 * to resync from what was written, and let go. Nobody waits for the slowest.
 */
export class Subscriber {
  readonly name: SubscriberName;
  acknowledged: Revision;
  readonly #line: SubscriberLine;
  readonly #framesWaitingMax: number;
  #waiting: { readonly bytes: Buffer; readonly revision: Revision }[] = [];
  /** How many of the frames that wait, from the first, belong to a whole view. */
  #wholeWaiting = 0;
  #written: Revision;
  #blocked = false;
  #closed = false;

  constructor(
    name: SubscriberName,
    line: SubscriberLine,
    start: Revision,
    framesWaitingMax: number,
  ) {
    this.name = name;
    this.#line = line;
    this.#written = start;
    this.acknowledged = 0 as Revision;
    this.#framesWaitingMax = framesWaitingMax;
    line.onDrain(() => this.#drain());
  }

  /** Frames that wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether the line is still of use. */
  get isOpen(): boolean {
    return !this.#closed;
  }

  /** Sends now, or in turn. Gives false when the queue overflowed and the subscriber was let go. */
  send(bytes: Buffer, revision: Revision): boolean {
    if (this.#closed) return true;
    if (!this.#blocked) {
      this.#write(bytes, revision);
      return true;
    }
    if (this.#waiting.length - this.#wholeWaiting < this.#framesWaitingMax) {
      this.#waiting.push({ bytes, revision });
      return true;
    }
    this.#letGo();
    return false;
  }

  /**
   * Sends something that is no part of the view, or leaves it when the line does not take more now:
   * whoever asks repeats it elsewhere.
   */
  tell(bytes: Buffer): boolean {
    if (this.#closed || this.#blocked) return false;
    this.#blocked = !this.#line.write(bytes);
    return true;
  }

  /**
   * Sends a whole view, before anything else. The queue's bound does not count for it: the log bounds
   * it, and a view that never fits would never arrive. Only its last part brings the subscriber to the
   * revision: one that is let go before must not come back with what it has not seen.
   */
  sendWhole(frames: readonly Buffer[], revision: Revision): void {
    const before = this.#written;
    for (const [part, bytes] of frames.entries()) {
      if (this.#closed) return;
      const reached = part === frames.length - 1 ? revision : before;
      if (this.#blocked) {
        this.#waiting.push({ bytes, revision: reached });
        this.#wholeWaiting += 1;
      } else this.#write(bytes, reached);
    }
  }

  /** Ends the subscription. */
  close(reason?: SubscriptionEnd): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    this.#line.end(reason);
  }

  #write(bytes: Buffer, revision: Revision): void {
    this.#written = revision;
    this.#blocked = !this.#line.write(bytes);
  }

  #drain(): void {
    this.#blocked = false;
    while (!this.#closed && !this.#blocked) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (this.#wholeWaiting > 0) this.#wholeWaiting -= 1;
      this.#write(next.bytes, next.revision);
    }
  }

  #letGo(): void {
    const resync = { $case: 'resync' as const, value: { afterRevision: BigInt(this.#written) } };
    this.#line.write(Buffer.from(SubscribeResponse.encode({ kind: resync }).finish()));
    this.close();
  }
}
