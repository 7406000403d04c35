import type { SessionId, Thumbprint } from '@creance/proto';
import type { ClonedKeyDoubt, CounterMark, TheftProofs } from '../domain/fact.js';
import type { Instant } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import { pathFault } from '../domain/session.js';
import type { OnSignal } from '../domain/signal.js';
import type { Store } from '../store/store.js';
import type { Answers } from './answers.js';
import type { Counters } from './counters.js';
import { brokerSource, type Mark, type MarkPair } from './mark.js';
import type { ShownPair, Suspicions } from './suspicions.js';
import type { TheftMoments } from './theft-moments.js';

/** Parts of the watch. */
export interface CloneWatchParts {
  readonly counters: Counters;
  readonly suspicions: Suspicions;
  readonly moments: TheftMoments;
  readonly answers: Answers;
  readonly store: Pick<Store, 'path'>;
  readonly feed: { askProofs(session: SessionId, hashes: readonly string[]): void };
  readonly proofs: Pick<TheftProofs, 'clonedKey' | 'hashOf'>;
  readonly clock: { now(): Instant; monotonicMillis(): number };
  readonly onSignal: OnSignal;
  readonly defer: (run: () => void) => void;
}

/**
 * Watches for keys that two parties hold: counters that contradict each other make a suspicion, a
 * suspicion asks for the bytes, and only the bytes make a fact.
 */
export class CloneWatch {
  readonly #parts: CloneWatchParts;

  constructor(parts: CloneWatchParts) {
    this.#parts = parts;
  }

  /** Notes a proof by a session's key. What follows from it comes later, off the caller's path. */
  note(session: SessionId, key: Thumbprint, mark: Mark): void {
    const pairs = this.#parts.counters.note(session, key, mark);
    for (const pair of pairs) this.#parts.defer(() => this.#suspect(pair));
  }

  /** Takes proofs that were asked for; others are not looked into. */
  show(texts: readonly string[]): void {
    const { proofs, suspicions, defer } = this.#parts;
    for (const text of texts) {
      for (const pair of suspicions.show(proofs.hashOf(text), text)) {
        defer(() => this.#judge(pair));
      }
    }
  }

  #suspect(pair: MarkPair): void {
    if (this.#isOver(pair)) return;
    const { onSignal, suspicions, clock, feed } = this.#parts;
    onSignal({ kind: 'counter_suspicion', session: pair.session }, pair.marks[0]);
    const [one, other] = pair.marks;
    if (one.text !== undefined && other.text !== undefined) {
      this.#judge({ ...pair, texts: [one.text, other.text] });
      return;
    }
    for (const { witness, hash } of suspicions.open(pair, clock.monotonicMillis())) {
      if (witness !== undefined && hash !== undefined) feed.askProofs(witness, [hash]);
    }
  }

  #judge(pair: ShownPair): void {
    if (this.#isOver(pair)) return;
    const { proofs, store, answers, moments, clock } = this.#parts;
    const { session, texts } = pair;
    const judged = proofs.clonedKey({ session, proofs: texts });
    if (!judged.ok) {
      this.#doubt(pair, judged.error);
      return;
    }
    const root = store.path(session)[0]?.id ?? session;
    const reporters = pair.marks.map(({ source, witness, span }) => ({
      resource: source,
      witness: witness ?? brokerSource,
      span,
    }));
    answers.answer(judged.value, root, reporters, ({ outcome }) => {
      if (outcome !== 'tree_suspended' && outcome !== 'tree_revoked') return;
      moments.answered(root, clock.monotonicMillis());
      this.#parts.counters.forget(session);
      this.#parts.suspicions.forget(session);
    });
  }

  /**
   * Whether there is nothing to answer any more: the session cannot act, or this is the theft that was
   * answered. Answering one theft twice would revoke what one answer suspends.
   */
  #isOver({ session, marks: [one, other] }: MarkPair): boolean {
    const { store, moments, clock } = this.#parts;
    const path = store.path(session);
    const [root] = path;
    if (root === undefined) return true;
    if (pathFault(path, clock.now(), limits.sessionIdleSeconds) !== undefined) return true;
    return moments.isOver(root.id, Math.max(one.seenMillis, other.seenMillis));
  }

  /** What was reported is not what the bytes say: the report is forgotten, and weighs on its witness. */
  #doubt({ session, marks }: MarkPair, doubt: ClonedKeyDoubt): void {
    for (const [at, mark] of marks.entries()) {
      const isWrong =
        doubt.doubt === 'proofs_agree' ? !isAsSaid(mark, doubt.marks[at]) : doubt.at === at;
      if (!isWrong) continue;
      this.#parts.counters.remove(session, mark);
      const doubted = { kind: 'evidence_doubted', resource: mark.source, session } as const;
      this.#parts.onSignal({ ...doubted, doubt: doubt.doubt }, mark);
    }
  }
}

function isAsSaid(mark: Mark, said: CounterMark | undefined): boolean {
  return mark.counter === said?.counter && mark.issuedAt === said.issuedAt;
}
