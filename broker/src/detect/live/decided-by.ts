import { halfLives } from '../watch/decay.js';
import type { EvidenceKind } from '../watch/state-layout.js';
import type { Term } from '../watch/terms.js';

/** Kinds that are named at most, and the share of the strongest that a kind must have. */
const kindsNamed = 3;
const shareNamed = 0.1;

/**
 * The kinds of evidence that decided at an instant, the strongest first: the terms of each kind up to then,
 * faded by their half-lives. Only as exact as the terms that are kept, which are the strongest.
 */
export function decidedBy(terms: readonly Term[], atMillis: number): readonly EvidenceKind[] {
  const sums = new Map<EvidenceKind, number>();
  for (const { kind, added, atMillis: since = atMillis } of terms) {
    if (since > atMillis) continue;
    const halved = (atMillis - since) / 1_000 / halfLives[kind];
    sums.set(kind, (sums.get(kind) ?? 0) + added * 2 ** -halved);
  }
  const ranked = [...sums].sort(([, one], [, other]) => other - one);
  const least = shareNamed * (ranked[0]?.[1] ?? 0);
  return ranked
    .filter(([, sum]) => sum >= least)
    .slice(0, kindsNamed)
    .map(([kind]) => kind);
}
