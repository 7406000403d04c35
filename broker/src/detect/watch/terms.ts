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
 * Whether evidence of this strength would be kept: its words are made only then. `kind` is named where a term
 * takes the place of the one before of its kind.
 */
export function hasRoom(
  terms: readonly Term[],
  added: number,
  kind: EvidenceKind | undefined,
): boolean {
  if (kind !== undefined) {
    const last = terms.findLast((term) => term.kind === kind);
    if (last !== undefined) return last.added <= added;
  }
  return terms.length < watchBounds.watchTerms || terms.some((term) => term.added < added);
}

/**
 * Keeps a term, the strongest ones when there are too many. A term of a kind that is what it is now takes
 * the place of the one before.
 */
export function keepTerm(terms: Term[], term: Term, replaces: boolean): void {
  const last = replaces ? terms.findLastIndex(({ kind }) => kind === term.kind) : -1;
  if (last >= 0) {
    if ((terms[last] as Term).added <= term.added) terms[last] = term;
    return;
  }
  if (terms.length >= watchBounds.watchTerms) {
    const least = terms.reduce(
      (low, one, at) => (one.added < (terms[low] as Term).added ? at : low),
      0,
    );
    if ((terms[least] as Term).added >= term.added) return;
    terms.splice(least, 1);
  }
  terms.push(term);
}

/** Pieces of evidence, the strongest first. */
export function strongestFirst<T extends { readonly added: number }>(terms: readonly T[]): T[] {
  return terms.toSorted((one, other) => other.added - one.added);
}
