import { clip, type Detector, one } from './detector.js';

/** D5: refused at more different things than this workload is. */
export const denials: Detector = {
  rule: 'denials',
  kind: 'denials',
  how: 'sets',
  evidence: ({ refusals }) => clip(0.4 * (refusals - 2), 0, 2),
  words: ({ refusals, name, profile }) =>
    `refusals at different actions, sequential test at ${one(refusals)}; ${one(100 * profile.refusalShare(name))} % are usual here`,
};
