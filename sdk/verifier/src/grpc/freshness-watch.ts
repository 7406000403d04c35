import type { OnEvent } from '../events.js';
import type { Applied, Feed } from '../feed.js';
import { clockSkewMillisMax } from '../limits.js';
import type { Timer } from '../runtime/clock.js';

/** Tells when the view grows stale and young again, and when the clocks disagree. */
export class FreshnessWatch {
  readonly #feed: Feed;
  readonly #maxStaleSeconds: number | undefined;
  readonly #onEvent: OnEvent;
  #timer: Timer | undefined;
  #isStale = false;
  #isSkewed = false;

  constructor(feed: Feed, maxStaleSeconds: number | undefined, onEvent: OnEvent) {
    this.#feed = feed;
    this.#maxStaleSeconds = maxStaleSeconds;
    this.#onEvent = onEvent;
  }

  /** Looks at the view again after a frame. */
  onApplied({ change, lagMillis }: Applied): void {
    if (change.kind === 'confirmed') this.#judgeClocks(lagMillis);
    this.look();
  }

  /** Stops watching. */
  close(): void {
    this.#timer?.cancel();
  }

  /** Judges the age of the view now, and again when it would be stale. */
  look(): void {
    const { clock, settings, view } = this.#feed;
    this.#timer?.cancel();
    if (settings === undefined || !view.isWhole) return;
    const seconds = Math.min(settings.maxStaleSeconds, this.#maxStaleSeconds ?? Infinity);
    const ageMillis = view.ageMillis(clock.monotonicMillis());
    const leftMillis = seconds * 1_000 - ageMillis;
    if (leftMillis < 0) {
      if (!this.#isStale) this.#onEvent({ kind: 'stale', ageMillis });
      this.#isStale = true;
      return;
    }
    if (this.#isStale) this.#onEvent({ kind: 'fresh' });
    this.#isStale = false;
    this.#timer = clock.after(leftMillis + 1, () => this.look());
  }

  #judgeClocks(lagMillis: number): void {
    const isSkewed = Math.abs(lagMillis) > clockSkewMillisMax;
    const seconds = Math.round(lagMillis / 1_000);
    if (isSkewed && !this.#isSkewed) this.#onEvent({ kind: 'clock_skew', seconds });
    this.#isSkewed = isSkewed;
  }
}
