import { Chain } from '../chain.js';
import type { Sight } from '../sight.js';
import { type Detector, dotted } from './detector.js';

function leaves({ envelope, action, before, name, profile }: Sight): string | undefined {
  if (envelope.excludesSystem(action.resource)) return `system ${action.resource} is not declared`;
  if (before === Chain.start) return undefined;
  if (!envelope.hasSteps) return undefined;
  const from = dotted(profile.actions.nameOf(before));
  return envelope.excludesStep(from, dotted(name))
    ? `step ${from} > ${dotted(name)} is not declared`
    : undefined;
}

/** The declared envelope: a system or a step outside it, each once a session, and turns beyond its pace. */
export const envelope: Detector = {
  rule: 'envelope',
  kind: 'declared',
  how: 'adds',
  evidence(sight) {
    const outside = sight.isFirstStep && leaves(sight) !== undefined ? 1 + sight.weight : 0;
    return outside + 0.3 * Math.min(1, sight.overPace);
  },
  words: (sight) =>
    leaves(sight) ??
    `${Math.round(100 * sight.overPace)} % more turns than its declared pace allows`,
};
