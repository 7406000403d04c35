import { Chain } from '../chain.js';
import { clip, type Detector, dotted, one } from './detector.js';

/**
 * D1: faster than this session and workload are, by an improbable step, to somewhere else. Calls of
 * one turn are one decision: they count as the most improbable of them.
 */
export const pace: Detector = {
  rule: 'pace',
  kind: 'pace',
  how: 'adds',
  evidence({ gap, deviations, bits, limits, isSwitch, isFirstStep, turnPace }) {
    if (gap === undefined || deviations > -1) return 0;
    const fast = clip(-deviations - 1, 0, 3);
    const improbable = clip((bits - Math.max(2, limits.bits60)) / 5, 0, 1);
    const away = isSwitch ? 1 : 0.35;
    const again = isFirstStep ? 1 : 0.25;
    const evidence = 0.45 * limits.confidence * fast * improbable * away * again;
    return Math.max(0, evidence - turnPace);
  },
  words({ deviations, name, before, profile, id }) {
    const { of, times } = profile.chain.seen(id, before);
    const from = before === Chain.start ? 'the start' : dotted(profile.actions.nameOf(before));
    return `${one(-deviations)} standard deviations faster than its own pace, step ${dotted(name)} seen ${times} times after ${from} in ${of} transitions`;
  },
};
