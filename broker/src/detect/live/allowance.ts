/** How many automatic suspensions a minute somebody may cause or suffer. */
export interface AllowanceBounds {
  readonly perWorkload: number;
  readonly perOwner: number;
  readonly perResource: number;
}

/** Whom a suspension would be about, and on whose word. */
export interface AllowanceAsk {
  readonly workload: string;
  readonly owner: string;
  /** The resource whose report has brought it about. */
  readonly resource: string;
}

/** Which bound does not allow it. */
export type AllowanceHit = keyof AllowanceBounds;

const minuteMillis = 60_000;
/** Workloads, owners and resources whose suspensions are remembered: more than a registry holds. */
const keysMax = 30_000;

/**
 * Counts automatic suspensions of the last minute. A detector that is wrong, or a resource that lies, can
 * stop so many sessions and no more; facts and operators are not asked.
 */
export class Allowance {
  readonly #bounds: AllowanceBounds;
  readonly #times = new Map<string, number[]>();

  constructor(bounds: AllowanceBounds) {
    this.#bounds = bounds;
  }

  /** Takes one suspension, or says which bound it would exceed; then nothing is taken. */
  take({ workload, owner, resource }: AllowanceAsk, nowMillis: number): AllowanceHit | undefined {
    const asks = [
      ['perWorkload', `w ${workload}`],
      ['perOwner', `o ${owner}`],
      ['perResource', `r ${resource}`],
    ] as const;
    for (const [bound, key] of asks) {
      if (this.#recent(key, nowMillis).length >= this.#bounds[bound]) return bound;
    }
    for (const [, key] of asks) this.#recent(key, nowMillis).push(nowMillis);
    return undefined;
  }

  #recent(key: string, nowMillis: number): number[] {
    if (this.#times.size > keysMax) this.#times.clear();
    const recent = (this.#times.get(key) ?? []).filter((at) => nowMillis - at < minuteMillis);
    this.#times.set(key, recent);
    return recent;
  }
}
