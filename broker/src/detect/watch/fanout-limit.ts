import { type KeptQuantiles, Quantiles } from './quantiles.js';

/** Distinct destinations a minute of a workload that nothing is known of. */
const prior = 3;

/** Sessions from which a workload's own fan-out is known. */
const sessionsMin = 20;

/** The limit grows by at most this share a day: less than double in 14 days. */
const growthPerDay = 0.04;

/** How many destinations a minute a workload reaches, as its calm sessions show it; slow to grow. */
export class FanoutLimit {
  readonly #shown = new Quantiles();
  #limit: number = prior;

  /** Distinct destinations a minute that are usual. */
  get limit(): number {
    return this.#limit;
  }

  /** Adds the most that a calm session had, the `count`th of its workload from 1. */
  add(most: number, count: number): void {
    this.#shown.add(most);
    if (count === sessionsMin) this.#limit = this.#usual();
  }

  /** Lets the limit rise towards what calm sessions show, a bounded share a day. */
  grow(days: number): void {
    this.#limit = Math.min(this.#usual(), this.#limit * (1 + growthPerDay) ** days);
  }

  /** Lets the older half go. */
  fade(): void {
    this.#shown.fade();
  }

  /** As it is kept. */
  kept(): { readonly fanouts: KeptQuantiles; readonly fanoutLimit: number } {
    return { fanouts: this.#shown.kept(), fanoutLimit: this.#limit };
  }

  /** Takes what was kept. */
  restore({ fanouts, fanoutLimit }: ReturnType<FanoutLimit['kept']>): void {
    this.#shown.restore(fanouts);
    this.#limit = fanoutLimit;
  }

  /** What calm sessions show; the limit that holds while too few have shown anything lately. */
  #usual(): number {
    return Math.max(prior, this.#shown.at(0.99, sessionsMin, this.#limit));
  }
}
