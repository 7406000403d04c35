import { tracedSessionsMax, tracesPerSessionMax } from '../limits.js';

/**
 * The traces that sessions have used here, by requests that were let through: the latest of each, of the
 * sessions that were here last. What a genuine request of a session is refused for belongs into such a
 * trace; a proof that was refused may be shown again by whoever has caught it, so that a name alone does not.
 */
export class UsedTraces {
  readonly #traces = new Map<string, readonly string[]>();

  /** How many sessions are remembered. */
  get size(): number {
    return this.#traces.size;
  }

  /** Notes that a session was let through in a trace. */
  note(session: string, traceId: string): void {
    const known = this.#traces.get(session) ?? [];
    if (known.at(-1) !== traceId) {
      const others = known.filter((each) => each !== traceId);
      this.#traces.delete(session);
      this.#traces.set(session, [...others.slice(1 - tracesPerSessionMax), traceId]);
    }
    if (this.#traces.size <= tracedSessionsMax) return;
    for (const oldest of this.#traces.keys()) {
      this.#traces.delete(oldest);
      return;
    }
  }

  /** Whether a session was let through in a trace. */
  has(session: string, traceId: string): boolean {
    return this.#traces.get(session)?.includes(traceId) === true;
  }
}
