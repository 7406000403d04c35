import { Chain } from '../chain.js';
import { surpriseFrom } from '../look.js';
import { type Detector, dotted, one } from './detector.js';

/** D2: a step that this workload's history makes improbable; each counts once a session. */
export const chain: Detector = {
  rule: 'chain',
  kind: 'chain',
  how: 'adds',
  evidence({ isFirstStep, bits, limits, weight, isSwitch }) {
    if (!isFirstStep) return 0;
    const excess = Math.max(0, bits - surpriseFrom(limits));
    return 0.1 * limits.confidence * excess * (1 + weight) * (isSwitch ? 1 : 0.5);
  },
  words({ bits, name, before, profile, id }) {
    const { of, times } = profile.chain.seen(id, before);
    const from = before === Chain.start ? 'the start' : dotted(profile.actions.nameOf(before));
    return `${one(bits)} bits of surprise: ${dotted(name)} seen ${times} times after ${from} in ${of} transitions`;
  },
};
