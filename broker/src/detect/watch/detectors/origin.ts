import type { OriginSight } from '../origin-sight.js';
import { type Detector, one } from './detector.js';

/** Terms with a valid proof by the bound key, and without. */
const network = { workload: [0.25, 0.9], session: [0.1, 0.3] } as const;
const client = [0.2, 0.8] as const;
const interleaved = [0.05, 0.7] as const;
const unbound = 0.9;

function terms(sight: OriginSight): number {
  const which = sight.isUnbound ? 1 : 0;
  const moved = sight.newNetwork === undefined ? 0 : network[sight.newNetwork][which];
  const changed = sight.newClient ? client[which] : 0;
  const bare = sight.isFirstUnbound ? unbound : 0;
  return (
    sight.confidence * (moved + changed + bare) + (sight.isInterleaved ? interleaved[which] : 0)
  );
}

/** D6: another network, another client, two networks in turn, a proof that is missing. */
export const origin: Detector = {
  rule: 'origin',
  kind: 'origin',
  how: 'adds',
  evidence: ({ origin: sight }) => terms(sight),
  words({ origin: sight }) {
    const said = [
      sight.newNetwork === 'workload' && 'from a network that this workload has not used',
      sight.newNetwork === 'session' && 'from another network than before',
      sight.newClient && 'by a client that this workload does not use',
      sight.isInterleaved && 'two networks take turns',
      sight.isFirstUnbound && 'without the proof that this session always had',
    ].filter((each) => typeof each === 'string');
    const proof = sight.isUnbound ? 'no valid proof' : 'a valid proof';
    return `${said.join(', ')}, with ${proof} (origins known to ${one(100 * sight.confidence)} %)`;
  },
};
