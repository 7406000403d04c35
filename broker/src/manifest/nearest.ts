import { nearest as nearestOf } from '../domain/nearest.js';
import { manifestBounds } from './bounds.js';

/** The word of a manifest that was probably meant, among the first names that are compared. */
export function nearest(presented: string, known: Iterable<string>): string | undefined {
  return nearestOf(presented, known, manifestBounds.namesCompared);
}

/** The start of a fix: the nearest word, or nothing. */
export function didYouMean(presented: string, known: Iterable<string>): string {
  const word = nearest(presented, known);
  return word === undefined ? '' : `did you mean "${word}"? `;
}
