import type { SpanContext } from '@opentelemetry/api';
import { limits } from '../domain/limits.js';

/**
 * The traces that sessions have used with the broker, by calls that they have proved: at most
 * `limits.tracesPerSession` of one session, of `limits.tracedSessions`, the latest. Whoever speaks of a
 * session puts what comes of it into no other trace than one of these.
 */
export class SessionTraces {
  readonly #sessions: number;
  /** By session, in order of use; of each the spans that our calls made, the latest last. */
  readonly #spans = new Map<string, SpanContext[]>();

  constructor(sessions: number = limits.tracedSessions) {
    this.#sessions = sessions;
  }

  /** How many sessions are remembered. */
  get size(): number {
    return this.#spans.size;
  }

  /** Notes the span of a call that a session has proved, in a trace that it has named. */
  note(session: string, span: SpanContext): void {
    const known = this.#spans.get(session) ?? [];
    const others = known.filter(({ traceId }) => traceId !== span.traceId);
    this.#spans.delete(session);
    this.#spans.set(session, [...others.slice(1 - limits.tracesPerSession), span]);
    if (this.#spans.size <= this.#sessions) return;
    for (const oldest of this.#spans.keys()) {
      this.#spans.delete(oldest);
      break;
    }
  }

  /** The last call of a session in a trace; undefined when it has not used that trace. */
  usedBy(session: string, traceId: string): SpanContext | undefined {
    return this.#spans.get(session)?.find((span) => span.traceId === traceId);
  }

  /** The last call of a session in any trace. */
  lastOf(session: string): SpanContext | undefined {
    return this.#spans.get(session)?.at(-1);
  }
}
