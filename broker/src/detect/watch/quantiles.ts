import { DDSketch } from '@datadog/sketches-js';

/** Quantiles as they are kept: two sketches in protobuf form as base64, and how many values each holds. */
export interface KeptQuantiles {
  readonly young: string;
  readonly old: string;
}

/**
 * Quantiles of a figure over the last one to two half-lives, exact to 1 %: two DDSketches (Masson and
 * others, VLDB 2019), of which the older one is dropped when the younger has had its time.
 */
export class Quantiles {
  #young = new DDSketch({ relativeAccuracy: 0.01 });
  #old = new DDSketch({ relativeAccuracy: 0.01 });

  /** How many values count. */
  get count(): number {
    return this.#young.count + this.#old.count;
  }

  /** Adds a value, zero or more. */
  add(value: number): void {
    this.#young.accept(value);
  }

  /** The value that a share of all lies at or below; the fallback when fewer than `least` were seen. */
  at(share: number, least: number, fallback: number): number {
    if (this.count < least) return fallback;
    const all = new DDSketch({ relativeAccuracy: 0.01 });
    all.merge(this.#old);
    all.merge(this.#young);
    return all.getValueAtQuantile(share);
  }

  /** Lets the older half go. */
  fade(): void {
    this.#old = this.#young;
    this.#young = new DDSketch({ relativeAccuracy: 0.01 });
  }

  /** As they are kept. */
  kept(): KeptQuantiles {
    return { young: base64(this.#young), old: base64(this.#old) };
  }

  /** Takes what was kept. */
  restore(kept: KeptQuantiles): void {
    this.#young = DDSketch.fromProto(Buffer.from(kept.young, 'base64'));
    this.#old = DDSketch.fromProto(Buffer.from(kept.old, 'base64'));
  }
}

function base64(sketch: DDSketch): string {
  return Buffer.from(sketch.toProto()).toString('base64');
}
