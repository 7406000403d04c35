import type { Line } from './evaluate-play.js';

/** Risks of the sessions of each label. */
export interface Scores {
  readonly benign: readonly number[];
  readonly attacks: readonly number[];
}

/** Risk from which each level begins, as the baselines were measured. */
export const levelsFrom = { observe: 0.35, narrow: 0.55, suspend: 0.8, tree: 0.95 } as const;

/** The highest risk of each session, by label. */
export function scoresOf(lines: readonly Line[]): Scores {
  const of = (label: Line['label']) =>
    lines.filter((line) => line.label === label).map(({ maxRisk }) => maxRisk);
  return { benign: of('benign'), attacks: of('attack') };
}

/**
 * Area under the curve by ranks, even scores sharing theirs. Counted here in another way than the command
 * does it, so that the two can be held against each other.
 */
export function auc({ benign, attacks }: Scores): number {
  const all = [
    ...benign.map((score) => ({ score, isAttack: false })),
    ...attacks.map((score) => ({ score, isAttack: true })),
  ].sort((one, other) => one.score - other.score);
  let ranks = 0;
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to]?.score === all[from]?.score) to += 1;
    const rank = (from + to + 1) / 2;
    ranks += rank * all.slice(from, to).filter(({ isAttack }) => isAttack).length;
    from = to;
  }
  const pairs = benign.length * attacks.length;
  return (ranks - (attacks.length * (attacks.length + 1)) / 2) / pairs;
}

/** Share of attacks above the threshold that at most a share of benign sessions exceeds. */
export function caughtAt(falsePositives: number, { benign, attacks }: Scores): number {
  const falling = [...benign].sort((one, other) => other - one);
  const threshold = falling[Math.floor(falsePositives * benign.length)] ?? Number.NEGATIVE_INFINITY;
  return shareOf(attacks, (score) => score > threshold);
}

/** Share of values that satisfy. */
export function shareOf<T>(values: readonly T[], satisfies: (value: T) => boolean): number {
  return values.filter(satisfies).length / Math.max(1, values.length);
}
