import { parseHandle, uriCharsMax } from '@creance/proto';
import { codeOf } from '../errors/code-of.js';
import { CreanceError } from '../errors/creance-error.js';
import { configurationError } from '../errors/local.js';
import type { EventListener } from '../events.js';
import { actionHeader } from '../http/signed-headers.js';
import { limits } from '../limits.js';
import { type Clock, orLater, type Timer } from '../runtime/clock.js';
import { between, type Entropy } from '../runtime/entropy.js';
import type { LineAsk } from '../session/line-ask.js';
import { recordedSpan } from '../telemetry/request-span.js';
import type { SessionTrace } from '../telemetry/session-trace.js';
import type { ActionNotes, ActionRecord, AnsweredRequest, SeenAction } from './action.js';
import { nameOf } from './action-name.js';
import { type Batch, Outbox } from './outbox.js';
import { reportAsk } from './report-ask.js';

/** What a reporter needs. */
export interface ReporterParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly onEvent: EventListener;
  readonly sessionId: string;
  /** Where the spans of recorded actions belong. */
  readonly trace: SessionTrace;
  /** Calls the broker as the session. */
  readonly call: <T>(ask: LineAsk<T>) => Promise<T>;
  /** The same for a session that is over on this side, while it lives at the broker. */
  readonly lastCall: <T>(ask: LineAsk<T>) => Promise<T>;
}

/** For what the timer waits: more actions, the end of this turn, the broker, or as long as it has asked. */
type Wait = 'more' | 'turn' | 'broker' | 'asked';

/**
 * Reports what a session did itself, off the path of its calls: noting costs a place in a bounded queue,
 * and batches go out one at a time. What the broker has not acknowledged goes out again, under the same
 * ids, a few times. Never keeps the process alive, and nothing that goes wrong here reaches a caller.
 */
export class Reporter implements ActionNotes {
  readonly #parts: ReporterParts;
  readonly #outbox = new Outbox();
  #timer: Timer | undefined;
  #wait: Wait = 'more';
  #isSending = false;
  #full = 0;
  #isOver = false;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
  }

  newId(): string {
    return this.#parts.entropy.text(16);
  }

  answered(request: AnsweredRequest): void {
    this.#add(request);
  }

  /** Notes an action done by other means. Throws for one that no report can hold. */
  record({ action: given, audience, outcome, headers }: ActionRecord): void {
    const action = nameOf(given);
    if (typeof audience !== 'string' || audience === '' || audience.length > uriCharsMax)
      throw configurationError('audience_malformed');
    if (action === undefined || (outcome !== 'allowed' && outcome !== 'refused'))
      throw configurationError('action_malformed');
    const id = parseHandle(headers?.[actionHeader] ?? '') ?? this.newId();
    if (this.#isOver) return;
    const seen = { id, action, audience, outcome };
    this.#add({ ...seen, span: recordedSpan(this.#parts.trace, seen) });
  }

  /** The session's stream is open: what the broker has not acknowledged goes out now. */
  reopened(): void {
    if (this.#timer !== undefined && this.#wait === 'broker') this.#plan('turn', 0);
  }

  /** Notes nothing any more; what waits can still be sent by `flush`. */
  leave(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }

  /** Sends what waits, each batch once, as far as that works within a second. Never rejects. */
  async flush(): Promise<void> {
    this.#tellFull();
    let isLate = false;
    const flushed = async () => {
      for (let batch = this.#outbox.next(); batch; batch = this.#outbox.next()) {
        const error = await this.#deliver(batch, this.#parts.lastCall);
        if (isLate || error !== undefined) return;
      }
    };
    await orLater(this.#parts.clock, limits.reportFlushMillis, flushed());
    isLate = true;
    this.#tellDropped(this.#outbox.clear(), 'CREANCE_REPORTS_UNSENT');
  }

  /** The session is over at the broker too: there is nobody left to tell. */
  stop(): void {
    if (this.#isOver) return;
    this.leave();
    this.#outbox.clear();
  }

  get #nowMillis(): number {
    return this.#parts.clock.monotonicMillis();
  }

  #add(seen: Omit<SeenAction, 'atMillis'>): void {
    if (this.#isOver) return;
    if (!this.#outbox.add({ ...seen, atMillis: this.#nowMillis })) this.#full += 1;
    this.#arm();
  }

  /** Never sends at once: whoever notes is on the path of a call. */
  #arm(): void {
    if (this.#isSending) return;
    const { isDue } = this.#outbox;
    if (this.#timer === undefined)
      this.#plan(isDue ? 'turn' : 'more', isDue ? 0 : limits.reportMillis);
    else if (isDue && this.#wait === 'more') this.#plan('turn', 0);
  }

  #plan(wait: Wait, millis: number): void {
    this.#timer?.cancel();
    this.#wait = wait;
    this.#timer = this.#parts.clock.after(millis, () => {
      this.#timer = undefined;
      void this.#send();
    });
    this.#timer.unref();
  }

  async #send(): Promise<void> {
    this.#tellFull();
    const batch = this.#outbox.next();
    if (batch === undefined) return;
    this.#isSending = true;
    const error = await this.#deliver(batch, this.#parts.call);
    this.#isSending = false;
    // The session has ended, or `flush` sends what is left.
    if (this.#isOver) return;
    if (error !== undefined && this.#outbox.tries < limits.reportTries && mayHelp(error))
      return this.#pause(error);
    if (error !== undefined) this.#tellDropped(this.#outbox.giveUp(), codeOf(error));
    if (this.#outbox.size > 0) this.#arm();
  }

  /** Gives the error when the broker did not take the batch. */
  async #deliver(batch: Batch, call: ReporterParts['call']): Promise<unknown> {
    const { clock, onEvent, sessionId } = this.#parts;
    try {
      const { dropped } = await call(reportAsk(batch, () => clock.monotonicMillis()));
      this.#outbox.acknowledged(batch);
      onEvent({ type: 'actions_reported', sessionId, count: batch.actions.length, dropped });
      return undefined;
    } catch (error) {
      return error ?? new Error('a report was not taken');
    }
  }

  #pause({ retryAfterMillis }: CreanceError): void {
    const step = limits.reportPauseMillis * 2 ** (this.#outbox.tries - 1);
    const millis = step * between(this.#parts.entropy, 0.5, 1.5);
    if (retryAfterMillis === undefined) this.#plan('broker', millis);
    else this.#plan('asked', Math.max(millis, retryAfterMillis));
  }

  #tellFull(): void {
    this.#tellDropped(this.#full, 'CREANCE_REPORTS_FULL');
    this.#full = 0;
  }

  #tellDropped(count: number, code: string): void {
    const { onEvent, sessionId } = this.#parts;
    if (count > 0) onEvent({ type: 'actions_dropped', sessionId, count, code });
  }
}

/** Whether the same batch may be taken later: the broker is away, busy, or holds the session. */
function mayHelp(error: unknown): error is CreanceError {
  return error instanceof CreanceError && (error.retryable || error.reason === 'internal');
}
