import type { SessionSlab } from './session-slab.js';
import { type EvidenceKind, evidenceKinds } from './state-layout.js';

/** Seconds after which evidence of each kind counts half. */
export const halfLives: Readonly<Record<EvidenceKind, number>> = {
  pace: 30,
  chain: 300,
  breadth: 300,
  novelty: 300,
  destination: 300,
  declared: 300,
  fanout: 60,
  denials: 300,
  origin: 900,
  upstream: 3_600,
  facts: 600,
};

/** Waiting between two actions lets evidence fade for at most so long: who goes slowly is no cleaner for it. */
const longestGapSeconds = 30;

const perSecond = evidenceKinds.map((kind) => -Math.LN2 / halfLives[kind]);

/** Lets the evidence of a session fade up to an action, which becomes its last. */
export function decay(slab: SessionSlab, atMillis: number | undefined): void {
  if (atMillis === undefined) return;
  const last = slab.time('last');
  if (atMillis <= last) return;
  slab.setTime('last', atMillis);
  if (last === 0) return;
  if (slab.isClean()) return;
  const seconds = Math.min((atMillis - last) / 1_000, longestGapSeconds);
  for (let kind = 0; kind < perSecond.length; kind += 1) {
    const held = slab.evidence(kind);
    if (held !== 0) slab.setEvidence(kind, held * Math.exp((perSecond[kind] as number) * seconds));
  }
}
