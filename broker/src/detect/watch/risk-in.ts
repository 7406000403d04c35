import { aboveCalm, riskOf } from '../../domain/risk.js';
import type { Limits } from './limits.js';
import type { SessionSlab } from './session-slab.js';
import { kindIndex } from './state-layout.js';

/** The risk of the state that the cursor is on. */
export function riskIn(slab: SessionSlab, { confidence }: Limits, calmChain: number): number {
  return riskOf({
    pace: slab.evidence(kindIndex.pace),
    chain: aboveCalm(slab.evidence(kindIndex.chain), calmChain),
    breadth: slab.evidence(kindIndex.breadth),
    novelty: slab.evidence(kindIndex.novelty),
    destination: slab.evidence(kindIndex.destination),
    declared: slab.evidence(kindIndex.declared),
    fanout: slab.evidence(kindIndex.fanout),
    denials: slab.evidence(kindIndex.denials),
    origin: slab.evidence(kindIndex.origin),
    upstream: slab.evidence(kindIndex.upstream),
    facts: slab.evidence(kindIndex.facts),
    isCold: confidence < 1,
  });
}
