import { type Detector, one } from './detector.js';

/** Counting by a bitmap is this exact: one more destination than allowed is not yet one too many. */
const inexact = 1.1;

/** D4: more distinct destinations in a minute than this workload has, declared or learned. */
export const fanOut: Detector = {
  rule: 'fanout',
  kind: 'fanout',
  how: 'raises',
  evidence({ destinations, envelope, limits, weight }) {
    const most = envelope.fanout ?? limits.fanout;
    if (destinations <= most * inexact) return 0;
    return Math.min(2.5, 1.2 * Math.log(destinations / most) * (0.5 + weight));
  },
  words: ({ destinations, envelope, limits }) =>
    `about ${Math.round(destinations)} distinct destinations in a minute, where ${one(envelope.fanout ?? limits.fanout)} are usual`,
};
