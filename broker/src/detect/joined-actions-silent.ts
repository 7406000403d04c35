import type { SessionId } from '@creance/proto';

/** Actions of one session that are remembered: what its first report may speak of. */
export const silentActionsMax = 32;

/** Sessions of which that is remembered. */
export const silentSessionsMax = 10_000;

/** The actions that came last, each at the place of the oldest. */
interface Last {
  readonly ids: string[];
  readonly resources: string[];
  next: number;
}

/**
 * What verifiers have told last of sessions that were never heard to report. Most never do, so this is small
 * and cheap; what it forgets is judged twice, once in the life of a session.
 */
export class SilentSessions {
  readonly #sessions = new Map<SessionId, Last>();

  /** Notes an action, in place of the oldest one when there is no room. */
  note(session: SessionId, id: string, resource: string): void {
    const last = this.#sessions.get(session) ?? this.#begin(session);
    last.ids[last.next] = id;
    last.resources[last.next] = resource;
    last.next = (last.next + 1) % silentActionsMax;
  }

  /** Whether a verifier of the resource has told the action. */
  has(session: SessionId, id: string, resource: string): boolean {
    const last = this.#sessions.get(session);
    return last?.ids.some((one, at) => one === id && last.resources[at] === resource) ?? false;
  }

  clear(): void {
    this.#sessions.clear();
  }

  #begin(session: SessionId): Last {
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size >= silentSessionsMax && oldest !== undefined)
      this.#sessions.delete(oldest);
    const last: Last = { ids: [], resources: [], next: 0 };
    this.#sessions.set(session, last);
    return last;
  }
}
