/** Sessions whose peaks are remembered, and how many it takes to say anything. */
const peaksKept = 64;
const peaksMin = 5;
/** Sessions before these were judged by a history that knew almost nothing. */
const firstJudged = 3;

/** Peaks from which what is calm is known; from then on it grows by at most this share a day, or this much. */
const peaksKnown = 20;
const growthPerDay = 0.04;
const leastGrowth = 0.02;

/** Share of calm sessions whose surprise counts as nothing: more when there are more to tell by. */
const calmShareOf = (sessions: number): number => (sessions < 20 ? 0.9 : 0.95);

/** The most chain evidence that calm sessions of a workload came to: what they show of themselves is nothing. */
export class CalmPeaks {
  #peaks: number[] = [];
  /** What calm may be at most; undefined while too few sessions have shown anything. */
  #most: number | undefined;

  /** Adds the peak of a session that has ended calm, the `nth` of its workload from 0. */
  add(peak: number, nth: number): void {
    if (nth < firstJudged) return;
    this.#peaks = [...this.#peaks.slice(1 - peaksKept), peak];
    if (this.#peaks.length === peaksKnown) this.#most ??= this.#shown;
  }

  /** Lets what is calm rise towards what sessions show, a bounded share a day. */
  grow(days: number): void {
    if (this.#most === undefined) return;
    const grown = Math.max(
      this.#most * (1 + growthPerDay) ** days,
      this.#most + leastGrowth * days,
    );
    this.#most = Math.min(this.#shown, grown);
  }

  /** Chain evidence up to which a session is like the calm ones. */
  get calm(): number {
    return Math.min(this.#shown, this.#most ?? Number.POSITIVE_INFINITY);
  }

  /** What the later half of the sessions show. */
  get #shown(): number {
    const recent = this.#peaks.slice(-Math.max(peaksMin, Math.ceil(this.#peaks.length / 2)));
    if (recent.length < peaksMin) return 0;
    const sorted = recent.toSorted((one, other) => one - other);
    const at = Math.min(sorted.length - 1, Math.floor(calmShareOf(sorted.length) * sorted.length));
    return sorted[at] ?? 0;
  }

  /** As they are kept. */
  kept(): { readonly peaks: readonly number[]; readonly peaksMost: number | undefined } {
    return { peaks: this.#peaks, peaksMost: this.#most };
  }

  /** Takes what was kept. */
  restore({ peaks, peaksMost }: ReturnType<CalmPeaks['kept']>): void {
    this.#peaks = [...peaks];
    this.#most = peaksMost;
  }
}
