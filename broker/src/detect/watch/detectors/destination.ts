import { type Detector, dotted } from './detector.js';

/** A destination that the workload knows from other actions counts half. */
const elsewhereKnown = 0.5;

function novel(newPairs: number, elsewhere: number): number {
  return newPairs + elsewhereKnown * elsewhere;
}

/** D3: a destination that calm sessions have never reached by this action, where no task was declared. */
export const destination: Detector = {
  rule: 'destination',
  kind: 'destination',
  how: 'adds',
  evidence({ action, newPairs, newPairsElsewhereKnown, weight, limits }) {
    if (action.isDeclared !== undefined) return 0;
    return 0.4 * (1 + weight) * limits.confidence * novel(newPairs, newPairsElsewhereKnown);
  },
  words: ({ name, newPairs, newPairsElsewhereKnown, profile }) =>
    `${dotted(name)} reached ${newPairs + newPairsElsewhereKnown} destinations that are none of the ${profile.destinations.size} that this workload reaches`,
};

/** D3: a destination that the declared task does not name, and calm sessions have not reached untold. */
export const declared: Detector = {
  rule: 'destination',
  kind: 'declared',
  how: 'adds',
  evidence({ action, newPairs, newPairsElsewhereKnown, weight }) {
    if (action.isDeclared !== false) return 0;
    return (1 + weight) * novel(newPairs, newPairsElsewhereKnown);
  },
  words: ({ name, newPairs, newPairsElsewhereKnown }) =>
    `${dotted(name)} reached ${newPairs + newPairsElsewhereKnown} destinations that its task does not name`,
};
