import { watchBounds } from './bounds.js';
import type { EvidenceKind } from './state-layout.js';

/** One piece of evidence, for explaining. */
export interface Term {
  /** Number of the action in its session, from 0. */
  readonly at: number;
  readonly atMillis: number | undefined;
  readonly kind: EvidenceKind;
  readonly resource: string;
  readonly action: string;
  readonly added: number;
  readonly words: string;
}

/** Evidence below this is not kept: it explains nothing. */
export const termMin = 0.05;

/**
 * Keeps the term that `make` makes, the strongest ones when there are too many; what is not kept is not made. A
 * term of a kind that is what it is now takes the place of the one before.
 */
export function keepTerm(
  terms: Term[],
  { kind, added }: Pick<Term, 'kind' | 'added'>,
  replaces: boolean,
  make: () => Term,
): void {
  const last = replaces ? terms.findLastIndex((term) => term.kind === kind) : -1;
  if (last >= 0) {
    if ((terms[last] as Term).added <= added) terms[last] = make();
    return;
  }
  if (terms.length >= watchBounds.watchTerms) {
    const least = terms.reduce(
      (low, one, at) => (one.added < (terms[low] as Term).added ? at : low),
      0,
    );
    if ((terms[least] as Term).added >= added) return;
    terms.splice(least, 1);
  }
  terms.push(make());
}

/** Pieces of evidence, the strongest first. */
export function strongestFirst<T extends { readonly added: number }>(terms: readonly T[]): T[] {
  return terms.toSorted((one, other) => other.added - one.added);
}
