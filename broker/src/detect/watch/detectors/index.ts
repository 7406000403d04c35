import { breadth, novelty } from './breadth.js';
import { chain } from './chain.js';
import { denials } from './denials.js';
import { declared, destination } from './destination.js';
import type { Detector } from './detector.js';
import { envelope } from './envelope.js';
import { fanOut } from './fan-out.js';
import { origin } from './origin.js';
import { pace } from './pace.js';

/** Every detector that looks at single actions. A new one is a file and a row here. */
export const detectors: readonly Detector[] = [
  pace,
  chain,
  breadth,
  novelty,
  destination,
  declared,
  fanOut,
  denials,
  origin,
  envelope,
];
