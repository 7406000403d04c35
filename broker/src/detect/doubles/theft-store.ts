import { ok, type Result, type Revision, refuse, type SessionId } from '@creance/proto';
import type { Session } from '../../domain/session.js';
import type { LogRow, RiskHold, SessionCut, Store } from '../../store/store.js';

/** What a witness does to the store. */
type Part = Pick<
  Store,
  | 'path'
  | 'session'
  | 'onResume'
  | 'answerTheft'
  | 'suspendForRisk'
  | 'cutTokens'
  | 'cutSession'
  | 'logAfter'
>;

/** One write that was asked of the store. */
export interface Asked extends SessionCut {
  readonly verb: 'answerTheft' | 'suspendForRisk' | 'cutTokens' | 'cutSession';
}

/**
 * For tests: sessions and a log in memory. Holds and ends like the store: a second answer to a theft
 * revokes what the first one held.
 */
export class TheftStore implements Part {
  readonly asked: Asked[] = [];
  readonly rows: LogRow[] = [];
  /** Refusals that come before anything is written, one a write. */
  readonly refusals: ('store_busy' | 'store_failed')[] = [];
  /** Writes wait for this before they are durable. */
  gate: Promise<void> | undefined;
  readonly #sessions = new Map<SessionId, Session>();
  readonly #held = new Set<SessionId>();
  #listener: ((session: SessionId) => void) | undefined;

  /** Puts a session into memory, or another state of it. */
  put(session: Session): Session {
    this.#sessions.set(session.id, session);
    return session;
  }

  /** Forgets a session. */
  drop(id: SessionId): void {
    this.#sessions.delete(id);
  }

  /** Lets a session go, as an operator does. */
  resume(id: SessionId): void {
    this.put({ ...(this.#sessions.get(id) as Session), suspendedAt: undefined });
    this.#listener?.(id);
  }

  get head(): Revision {
    return this.rows.at(-1)?.revision ?? (10 as Revision);
  }

  get isHeard(): boolean {
    return this.#listener !== undefined;
  }

  session(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  path(id: SessionId): readonly Session[] {
    const path: Session[] = [];
    for (let at = this.#sessions.get(id); at !== undefined; ) {
      path.unshift(at);
      at = at.parent === undefined ? undefined : this.#sessions.get(at.parent);
    }
    return path;
  }

  onResume(listener: (session: SessionId) => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  logAfter(revision: Revision, limit: number): readonly LogRow[] {
    return this.rows.filter((row) => row.revision > revision).slice(0, limit);
  }

  async answerTheft(ask: SessionCut): ReturnType<Store['answerTheft']> {
    const refused = await this.#write('answerTheft', ask);
    if (refused !== undefined) return refuse(refused);
    const root = this.path(ask.session)[0] as Session;
    const again = this.#held.has(root.id);
    this.#held.add(root.id);
    const revision = this.#append(root.id);
    this.put({ ...root, ...(again ? { end: 'revoked' } : { suspendedAt: revision }) });
    const answer = again ? 'revoked' : 'suspended';
    return ok({ revision, sessionsEnded: 1, answer, session: root.id });
  }

  async suspendForRisk(ask: RiskHold): ReturnType<Store['suspendForRisk']> {
    const refused = await this.#write('suspendForRisk', ask);
    if (refused !== undefined) return refuse(refused);
    const root = this.path(ask.session)[0] as Session;
    const revision = this.#append(root.id);
    this.put({ ...root, suspendedAt: revision, heldFor: 'watch' });
    return ok({ revision, sessionsEnded: 1, session: root.id });
  }

  async cutTokens(ask: SessionCut): ReturnType<Store['cutTokens']> {
    const refused = await this.#write('cutTokens', ask);
    return refused === undefined ? ok(this.#append(ask.session)) : refuse(refused);
  }

  async cutSession(ask: SessionCut): ReturnType<Store['cutSession']> {
    const refused = await this.#write('cutSession', ask);
    if (refused !== undefined) return refuse(refused);
    const session = this.#sessions.get(ask.session);
    if (session !== undefined) this.put({ ...session, end: 'revoked' });
    return ok({ revision: this.#append(ask.session), sessionsEnded: 1 });
  }

  async #write(
    verb: Asked['verb'],
    ask: SessionCut,
  ): Promise<'store_busy' | 'store_failed' | undefined> {
    this.asked.push({ verb, ...ask });
    await this.gate;
    return this.refusals.shift();
  }

  #append(handle: SessionId): Revision {
    const revision = (this.head + 1) as Revision;
    this.rows.push({ revision, entry: { kind: 'handle', handle, absolute: false } });
    return revision;
  }
}

/** For tests: the value of an outcome that must be good. */
export function goodOf<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}
