import { type Detector, dotted } from './detector.js';

/** D3: a system that this workload has never been at. */
export const breadth: Detector = {
  rule: 'breadth',
  kind: 'breadth',
  how: 'adds',
  evidence: ({ isNewSystem, limits, weight }) =>
    isNewSystem ? 0.35 * limits.confidence * (1 + weight) : 0,
  words: ({ action, profile }) =>
    `${action.resource} is none of the ${profile.systems.size} systems that this workload uses`,
};

/** D3: an action that this workload has never done, by what it can do. */
export const novelty: Detector = {
  rule: 'breadth',
  kind: 'novelty',
  how: 'adds',
  evidence: ({ isNewAction, weight }) => (isNewAction ? 0.5 * weight : 0),
  words: ({ name, action, profile }) =>
    `${dotted(name)} (${action.sensitivity}) is none of the ${profile.known.size} actions that this workload does`,
};
