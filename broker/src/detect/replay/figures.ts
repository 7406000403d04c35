/**
 * The area under the curve of true against false positives: the share of pairs of an attack and a benign
 * session in which the attack scores higher, an even score being half a win (Mann and Whitney, 1947).
 * Undefined when there is none of one kind.
 */
export function areaUnderCurve(
  benign: readonly number[],
  attacks: readonly number[],
): number | undefined {
  if (benign.length === 0 || attacks.length === 0) return undefined;
  const sorted = benign.toSorted((one, other) => one - other);
  let wins = 0;
  for (const score of attacks) {
    const below = firstAt(sorted, (each) => each >= score);
    const even = firstAt(sorted, (each) => each > score) - below;
    wins += below + even / 2;
  }
  return wins / (benign.length * attacks.length);
}

/**
 * The share of attacks that score above the lowest threshold at which at most so many of the benign do.
 * Undefined when there is none of one kind.
 */
export function truePositivesAt(
  share: number,
  benign: readonly number[],
  attacks: readonly number[],
): number | undefined {
  if (benign.length === 0 || attacks.length === 0) return undefined;
  const falling = benign.toSorted((one, other) => other - one);
  const threshold = falling[Math.floor(share * benign.length)] ?? Number.NEGATIVE_INFINITY;
  return attacks.filter((score) => score > threshold).length / attacks.length;
}

/** Index of the first that satisfies, in a list where all after it do too. */
function firstAt(sorted: readonly number[], satisfies: (score: number) => boolean): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (satisfies(sorted[middle] as number)) to = middle;
    else from = middle + 1;
  }
  return from;
}
