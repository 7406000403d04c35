import type { SessionSlab } from './session-slab.js';
import { doubles, type EvidenceKind, evidenceKinds } from './state-layout.js';

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

/** Kinds that fade alike: one exponential serves them all. */
const alike = [...new Set(perSecond)].map((rate) => ({
  rate,
  kinds: perSecond.flatMap((each, kind) => (each === rate ? [kind] : [])),
}));

/** Lets the evidence of a session fade up to an action, which becomes its last. */
export function decay(slab: SessionSlab, atMillis: number | undefined): void {
  if (atMillis === undefined) return;
  const last = slab.time(doubles.last);
  if (atMillis <= last) return;
  slab.setTime(doubles.last, atMillis);
  if (last === 0) return;
  if (slab.isClean()) return;
  const seconds = Math.min((atMillis - last) / 1_000, longestGapSeconds);
  for (const { rate, kinds } of alike) {
    let share = 0;
    for (const kind of kinds) {
      const held = slab.evidence(kind);
      if (held === 0) continue;
      share ||= Math.exp(rate * seconds);
      slab.setEvidence(kind, held * share);
    }
  }
}
