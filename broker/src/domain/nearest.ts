/** Longer words are nobody's slip of a name of 64 characters. */
const comparedChars = 80;

/** Words that are compared at most: what is presented costs no more, however long the list is. */
const comparedWords = 1_000;

/**
 * The word that was probably meant: the same but for case and separators, a longer form of it, or a
 * third of its letters away at most. Bounded whatever is presented.
 */
export function nearest(
  presented: string,
  known: Iterable<string>,
  most: number = comparedWords,
): string | undefined {
  const word = squash(presented);
  if (word === '' || presented.length > comparedChars) return undefined;
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.max(1, Math.floor(word.length / 3))) + 1;
  let compared = 0;
  for (const candidate of known) {
    compared += 1;
    if (compared > most) break;
    const distance = distanceOf(word, squash(candidate), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function squash(word: string): string {
  return word.toLowerCase().replace(/[-_.\s]/g, '');
}

/** Edit distance; `tooFar` as soon as it cannot be less. A word begun counts as one away. */
function distanceOf(a: string, b: string, tooFar: number): number {
  if (a.length >= 3 && b.startsWith(a) && b !== a) return Math.min(1, tooFar);
  if (Math.abs(a.length - b.length) >= tooFar) return tooFar;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return Math.min(row[b.length] ?? tooFar, tooFar);
}
