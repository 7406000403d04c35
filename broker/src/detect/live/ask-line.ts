import type { Instant } from '../../domain/instant.js';
import type { Asked } from '../../domain/policy-risk.js';
import type { OrderLineParts } from './order-line.js';

/** Something that was asked for, and when. */
export type AskedAt = Asked & { readonly at: Instant };

/** Parts of the line. */
export interface AskLineParts extends Pick<OrderLineParts, 'holdMillis' | 'most' | 'later'> {
  readonly judge: (asked: AskedAt) => void;
}

/**
 * What sessions ask for, on its way to be judged: later than the answer and away from it, so that nobody who
 * asks can tell by the time that it takes what he has asked for. In order; nothing is dropped.
 */
export class AskLine {
  readonly #parts: AskLineParts;
  #waiting: AskedAt[] = [];

  constructor(parts: AskLineParts) {
    this.#parts = parts;
  }

  /** Takes what was asked; costs the same for everything. */
  put(asked: AskedAt): void {
    this.#waiting.push(asked);
    const { holdMillis, most, later } = this.#parts;
    if (holdMillis === 0 || this.#waiting.length > most) this.flush();
    else if (this.#waiting.length === 1) later(() => this.flush(), holdMillis);
  }

  /** Judges all that waits. */
  flush(): void {
    const ripe = this.#waiting;
    this.#waiting = [];
    for (const asked of ripe) this.#parts.judge(asked);
  }
}
