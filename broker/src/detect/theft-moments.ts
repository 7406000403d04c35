import type { SessionId } from '@creance/proto';
import { limits } from '../domain/limits.js';

/**
 * When the theft below each root was last answered, or let go by a resume. What was seen until then
 * belongs to that theft; only what is seen afterwards is another. Bounded by `most`: the one answered
 * longest ago is forgotten.
 */
export class TheftMoments {
  readonly #moments = new Map<SessionId, number>();
  readonly #most: number;

  constructor(most: number = limits.suspicions) {
    this.#most = most;
  }

  /** Notes that the theft below a root was answered. */
  answered(root: SessionId, millis: number): void {
    this.#moments.delete(root);
    if (this.#moments.size >= this.#most) {
      this.#moments.delete(this.#moments.keys().next().value as SessionId);
    }
    this.#moments.set(root, millis);
  }

  /** Notes that a session was let go: thief and agent both went on trying while it was held. */
  resumed(session: SessionId, millis: number): void {
    if (this.#moments.has(session)) this.#moments.set(session, millis);
  }

  /** Whether what was seen then belongs to a theft that was answered. */
  isOver(root: SessionId, seenMillis: number): boolean {
    return seenMillis <= (this.#moments.get(root) ?? Number.NEGATIVE_INFINITY);
  }
}
