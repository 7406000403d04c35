/** Sessions whose peaks are remembered, and how many it takes to say anything. */
const peaksKept = 64;
const peaksMin = 5;
/** Sessions before these were judged by a history that knew almost nothing. */
const firstJudged = 3;

/** Share of calm sessions whose surprise counts as nothing: more when there are more to tell by. */
const calmShareOf = (sessions: number): number => (sessions < 20 ? 0.9 : 0.95);

/** The most chain evidence that calm sessions of a workload came to: what they show of themselves is nothing. */
export class CalmPeaks {
  #peaks: number[] = [];

  /** Adds the peak of a session that has ended calm, the `nth` of its workload from 0. */
  add(peak: number, nth: number): void {
    if (nth >= firstJudged) this.#peaks = [...this.#peaks.slice(1 - peaksKept), peak];
  }

  /** Chain evidence up to which a session is like the calm ones: by the later half of them. */
  get calm(): number {
    const recent = this.#peaks.slice(-Math.max(peaksMin, Math.ceil(this.#peaks.length / 2)));
    if (recent.length < peaksMin) return 0;
    const sorted = recent.toSorted((one, other) => one - other);
    const at = Math.min(sorted.length - 1, Math.floor(calmShareOf(sorted.length) * sorted.length));
    return sorted[at] ?? 0;
  }

  /** As they are kept. */
  kept(): readonly number[] {
    return this.#peaks;
  }

  /** Takes what was kept. */
  restore(kept: readonly number[]): void {
    this.#peaks = [...kept];
  }
}
