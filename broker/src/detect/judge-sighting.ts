import type { Sighting } from '../domain/action.js';
import type { TheftProofs } from '../domain/fact.js';
import type { Instant } from '../domain/instant.js';
import type { LimitName } from '../domain/limits.js';
import { meaningOf, type OnSignal } from '../domain/signal.js';
import type { Store } from '../store/store.js';
import type { ActionCounts } from './action-counts.js';
import type { Answers } from './answers.js';
import type { CloneWatch } from './clone-watch.js';
import type { Watch } from './live/watch.js';

/** What a verifier says of a request that is to come again with a nonce (RFC 9449 §9). */
const nonceWanted = 'nonce_required';

/** Parts of the judgement. */
export interface JudgeSightingParts {
  readonly counts: ActionCounts;
  readonly watch: Pick<CloneWatch, 'note'>;
  readonly answers: Answers;
  /** The watch over action chains. */
  readonly profile: Pick<Watch, 'take' | 'refused'>;
  readonly store: Pick<Store, 'session'>;
  readonly proofs: Pick<TheftProofs, 'foreignKey'>;
  readonly clock: { now(): Instant };
  readonly limitHit: (name: LimitName) => void;
  readonly onSignal: OnSignal;
}

/**
 * Judges one sighting: counted, weighed as a signal, and, where bytes come with it or are asked for, on
 * its way to a fact. Whatever was judged goes through the watch; what a session says of itself makes no
 * fact and no signal.
 */
export function judgeSighting(parts: JudgeSightingParts, sighting: Sighting): void {
  if (sighting.strength === 'weak') {
    parts.profile.take(sighting);
    return;
  }
  // A resource that asks for a nonce has judged nothing yet: it is no use, and no refused one.
  if (sighting.refusal !== nonceWanted) {
    parts.profile.take(sighting);
    countUse(parts, sighting);
  }
  noteProof(parts, sighting);
  judgeLeak(parts, sighting);
}

function countUse(parts: JudgeSightingParts, sighting: Sighting): void {
  const { session, resource, outcome, refusal, at } = sighting;
  if (session !== undefined && !parts.counts.note(session, outcome, at)) parts.limitHit('counters');
  if (outcome !== 'refused') return;
  const kind = meaningOf(refusal);
  parts.onSignal({ kind, resource, session }, sighting);
  parts.profile.refused(kind, sighting);
}

function noteProof({ store, watch }: JudgeSightingParts, sighting: Sighting): void {
  const { proof, resource, witness, seenMillis, span } = sighting;
  const session = sighting.session && store.session(sighting.session);
  if (proof === undefined || session === undefined) return;
  const { counter, issuedAt, hash } = proof;
  const seen = { source: resource, witness, text: undefined, seenMillis, span };
  watch.note(session.id, session.key, { counter, issuedAt, hash, ...seen });
}

/** The bytes live as long as this call: token and proof are bearer material. */
function judgeLeak(parts: JudgeSightingParts, sighting: Sighting): void {
  const { foreignProof, audience, resource, session } = sighting;
  if (foreignProof === undefined) return;
  const { proofs, answers, onSignal, clock } = parts;
  const judged = proofs.foreignKey({ ...foreignProof, audience, now: clock.now() });
  if (!judged.ok) {
    const doubted = { kind: 'evidence_doubted', resource, session } as const;
    onSignal({ ...doubted, doubt: judged.error }, sighting);
    return;
  }
  // Its span is that of the answer.
  onSignal({ kind: 'foreign_key_leak', resource, session: judged.value.session });
  answers.answer(judged.value, judged.value.session, [sighting]);
}
