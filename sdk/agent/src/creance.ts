import type { BrokerParts } from './broker/channel.js';
import { configurationError, refusedBeforehand } from './errors/local.js';
import type { EvidenceSource } from './keys/evidence.js';
import { limits } from './limits.js';
import { orLater } from './runtime/clock.js';
import { inspectAsText } from './runtime/opaque.js';
import { BrokerSession } from './session/broker-session.js';
import { otherMember } from './session/member.js';
import { openSession } from './session/open.js';
import type { Session } from './session/session.js';
import { type OpenParts, openPartsOf, type SessionOptions } from './session/session-options.js';
import { OpeningTrace } from './telemetry/session-trace.js';

/** A process's connection to one broker, and its evidence. Make one for each process. */
export interface Creance extends AsyncDisposable {
  /** The issuer whose tokens it gets. */
  readonly issuer: string;
  /** Public origin of the broker. */
  readonly address: string;
  /**
   * Opens a session with a new key. The first one redeems the join string. Throws an `EvidenceError`
   * when the broker does not accept the evidence or the child join token, a `NotGrantedError` when the
   * task is more than there is, a `BrokerUnavailableError` when it cannot be reached within 5 s;
   * a `ConfigurationError` when the key file holds the key of a member that is no workload, or
   * `CREANCE_SESSION_WRONG_KIND` when the join string is of one: neither session nor new key stays.
   */
  session(options?: SessionOptions): Promise<Session>;
  /** Closes all sessions, then the connection. Never throws, takes at most 2 s, may be repeated. */
  close(): Promise<void>;
}

/** The client that `connect` makes. */
export class BrokerClient implements Creance {
  static {
    inspectAsText(BrokerClient.prototype);
  }

  readonly issuer: string;
  readonly #parts: BrokerParts;
  readonly #evidence: EvidenceSource;
  readonly #report: boolean;
  /** What the one session of a child is opened by; absent in every other client. */
  readonly #child: { token: string | undefined } | undefined;
  readonly #sessions = new Set<BrokerSession>();
  readonly #openings = new Set<Promise<BrokerSession>>();
  readonly #end = new AbortController();
  #closing: Promise<void> | undefined;

  /** `report` is what sessions do that are not told otherwise; with a child join token there is one session. */
  constructor(
    issuer: string,
    parts: BrokerParts,
    evidence: EvidenceSource,
    own: { readonly report: boolean; readonly childJoinToken?: string | undefined },
  ) {
    this.issuer = issuer;
    this.#parts = parts;
    this.#evidence = evidence;
    this.#report = own.report;
    const { childJoinToken } = own;
    this.#child = childJoinToken === undefined ? undefined : { token: childJoinToken };
  }

  get address(): string {
    return this.#parts.origin;
  }

  async session(options: SessionOptions = {}): Promise<Session> {
    const session = await this.sessionOfAny(options);
    if (session.kind === 'workload') return session;
    // Of no use to an agent, and it would count against that member for hours.
    await session.close();
    throw await otherMember(session, this.#evidence);
  }

  /** @internal A session of whatever member the evidence is of. */
  async sessionOfAny(options: SessionOptions = {}): Promise<BrokerSession> {
    this.#end.signal.throwIfAborted();
    const opening = this.#opening(options);
    this.#openings.add(opening);
    try {
      return await opening;
    } finally {
      this.#openings.delete(opening);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  toString(): string {
    return `[creance client of ${this.issuer} at ${this.address}]`;
  }

  toJSON(): Record<string, string> {
    return { issuer: this.issuer, address: this.address };
  }

  /** A client for one child never opens anything beside it: that would outlive its parent. */
  async #opening(options: SessionOptions): Promise<BrokerSession> {
    const child = this.#child;
    if (child === undefined) return this.#open(openPartsOf(options), options);
    const { token } = child;
    if (token === undefined || options.childJoinToken !== undefined)
      throw refusedBeforehand('child_join_token_used');
    const open = openPartsOf({ ...options, childJoinToken: token });
    child.token = undefined;
    try {
      return await this.#open(open, options);
    } catch (error) {
      // It may not have come to anybody; if it has, the broker refuses it.
      child.token = token;
      throw error;
    }
  }

  async #open(
    open: OpenParts,
    { report = this.#report, actionName }: SessionOptions,
  ): Promise<BrokerSession> {
    const { signal } = this.#end;
    const opening = new OpeningTrace();
    const opened = await openSession(
      this.#parts,
      this.#evidence,
      open,
      signal,
      opening.above,
    ).catch((error) => {
      opening.failed(error);
      throw error;
    });
    const isRoot = open.childJoinToken === '';
    const own = { evidence: this.#evidence, report, actionName, isRoot, opening };
    const session = new BrokerSession(this.#parts, opened, own);
    this.#sessions.add(session);
    session.signal.addEventListener('abort', () => this.#sessions.delete(session), { once: true });
    this.#parts.onEvent({ type: 'session_opened', sessionId: session.id, name: session.name });
    if (!signal.aborted) return session;
    // Closed while the broker was opening it: nobody else would ever end it.
    await session.close();
    throw signal.reason;
  }

  async #close(): Promise<void> {
    this.#end.abort(configurationError('client_closed'));
    const openings = Promise.allSettled(this.#openings).then(() => {});
    const closings = [...this.#sessions].map((session) => session.close());
    await Promise.all([...closings, orLater(this.#parts.clock, limits.closeMillis, openings)]);
    this.#parts.transport.close();
  }
}
