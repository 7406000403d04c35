/** Numbers of actions are below this, so that two of them are one small integer. */
const idSpace = 0x1000;

/** What stands for the time before the first action. */
const start = idSpace - 1;

/** Share of a step that nothing is known about: one of what is known and this many more. */
const unknownActions = 20;

/** Followers of one history, counted. */
interface Row {
  total: number;
  readonly counts: Map<number, number>;
}

/** A chain as it is kept: history, follower and count in turn, for the orders 0, 1 and 2. */
export type ChainRows = readonly (readonly (readonly [
  number,
  readonly (readonly [number, number])[],
])[])[];

/**
 * The steps of one workload: how often which action followed which two. A Markov chain of order 2 that
 * falls back to 1, 0 and uniform by Witten and Bell (1991): what a history has not shown is as likely as
 * it has shown different things.
 */
export class Chain {
  readonly #most: number;
  readonly #onFull: () => void;
  readonly #orders: readonly [Map<number, Row>, Map<number, Row>, Map<number, Row>] = [
    new Map(),
    new Map(),
    new Map(),
  ];
  #steps = 0;

  /** Holds at most `most` different steps; what is beyond is not learned. */
  constructor(most: number, onFull: () => void) {
    this.#most = most;
    this.#onFull = onFull;
  }

  /** Different steps that are held. */
  get size(): number {
    return this.#steps;
  }

  /** What a step was before the first: a history of nothing. */
  static readonly start: number = start;

  /** Bits of surprise at an action after two others: -log2 of its probability. */
  bits(action: number, before: number, earlier: number, known: number): number {
    const [zero, one, two] = this.#orders;
    let p = 1 / (known + unknownActions);
    p = blend(zero.get(0), action, p);
    p = blend(one.get(before), action, p);
    p = blend(two.get(before * idSpace + earlier), action, p);
    return -Math.log2(p);
  }

  /** How often anything followed an action, and how often this did. */
  seen(action: number, before: number): { readonly of: number; readonly times: number } {
    const row = this.#orders[1].get(before);
    return { of: Math.round(row?.total ?? 0), times: Math.round(row?.counts.get(action) ?? 0) };
  }

  /** Every step from one action to another, and what it counts; the first of a session is none. */
  steps(): (readonly [from: number, to: number, count: number])[] {
    return [...this.#orders[1]]
      .filter(([from]) => from !== start)
      .flatMap(([from, { counts }]) =>
        [...counts].map(([to, count]) => [from, to, count] as const),
      );
  }

  /** Learns a step. */
  learn(action: number, before: number, earlier: number): void {
    const [zero, one, two] = this.#orders;
    this.#count(zero, 0, action);
    this.#count(one, before, action);
    this.#count(two, before * idSpace + earlier, action);
  }

  /** Lets what was learned count for a share of itself, and forgets what counts for almost nothing. */
  fade(share: number): void {
    for (const order of this.#orders) {
      for (const [history, row] of order) {
        for (const [action, count] of row.counts) {
          row.total -= count;
          const faded = count * share;
          if (faded >= 0.05) {
            row.counts.set(action, faded);
            row.total += faded;
          } else {
            row.counts.delete(action);
            this.#steps -= 1;
          }
        }
        if (row.counts.size === 0) order.delete(history);
      }
    }
  }

  /** As it is kept. */
  rows(): ChainRows {
    return this.#orders.map((order) => [...order].map(([key, row]) => [key, [...row.counts]]));
  }

  /** Takes what was kept. */
  restore(rows: ChainRows): void {
    for (const [at, order] of this.#orders.entries()) {
      for (const [key, counts] of rows[at] ?? []) {
        const total = counts.reduce((sum, [, count]) => sum + count, 0);
        order.set(key, { total, counts: new Map(counts) });
        this.#steps += counts.length;
      }
    }
  }

  #count(order: Map<number, Row>, history: number, action: number): void {
    let row = order.get(history);
    const isNew = row?.counts.has(action) !== true;
    if (isNew && this.#steps >= this.#most) {
      this.#onFull();
      return;
    }
    if (row === undefined) {
      row = { total: 0, counts: new Map() };
      order.set(history, row);
    }
    row.total += 1;
    row.counts.set(action, (row.counts.get(action) ?? 0) + 1);
    if (isNew) this.#steps += 1;
  }
}

function blend(row: Row | undefined, action: number, below: number): number {
  if (row === undefined) return below;
  const different = row.counts.size;
  return ((row.counts.get(action) ?? 0) + different * below) / (row.total + different);
}
