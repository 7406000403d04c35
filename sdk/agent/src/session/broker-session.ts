import type { ActionRecord } from '../actions/action.js';
import type { Reporter } from '../actions/reporter.js';
import type { BrokerParts } from '../broker/channel.js';
import { SessionRevokedError } from '../errors/creance-error.js';
import { configurationError, refusedBeforehand, sessionClosed } from '../errors/local.js';
import {
  type HeadersRequest,
  protectedFetch,
  type SigningRequest,
  signingOf,
} from '../http/fetch.js';
import type { ProtectedInit } from '../http/request.js';
import type { SignedHeaders } from '../http/signed-headers.js';
import type { Signing, SigningParts } from '../http/signing.js';
import { limits } from '../limits.js';
import { abortable } from '../runtime/abortable.js';
import { orLater } from '../runtime/clock.js';
import { inspectAsText } from '../runtime/opaque.js';
import { rpcSpan } from '../telemetry/request-span.js';
import { SessionTrace } from '../telemetry/session-trace.js';
import {
  type ChildJoinToken,
  type ChildJoinTokenRequest,
  childJoinTokenAsk,
} from './child-join-token.js';
import { type DelegateOptions, delegateAsk } from './delegate.js';
import { Life } from './life.js';
import { SessionLine } from './line.js';
import type { ListenAsk } from './listening.js';
import type { MemberKind, OpenedSession } from './open.js';
import { type OwnParts, reporterOf } from './own-parts.js';
import { rekeyAsk } from './rekey.js';
import { keepRenewed } from './renewal.js';
import type { Session } from './session.js';
import { SessionTokens } from './session-tokens.js';
import type { Token } from './token.js';
import { parseTokenRequest, type TokenRequest } from './token-ask.js';
import { makeVoice } from './voice.js';

/** A session opened by this process. */
export class BrokerSession implements Session {
  static {
    inspectAsText(BrokerSession.prototype);
  }

  readonly #parts: BrokerParts;
  readonly #opened: OpenedSession;
  readonly #own: OwnParts;
  readonly #trace: SessionTrace;
  readonly #line: SessionLine;
  readonly #tokens: SessionTokens;
  readonly #life: Life;
  /** Only workloads have something to say of themselves. */
  readonly #reporter: Reporter | undefined;
  /** Open children of this process. */
  readonly #children = new Set<BrokerSession>();
  #absoluteEndSeconds: number;
  #closing: Promise<void> | undefined;

  constructor(parts: BrokerParts, opened: OpenedSession, own: OwnParts) {
    this.#parts = parts;
    this.#opened = opened;
    this.#own = own;
    this.#absoluteEndSeconds = opened.absoluteEndSeconds;
    const { parent, isRoot, opening } = own;
    const { id, name: workload } = opened;
    this.#trace = new SessionTrace({ id, workload, parent, isRoot, opening });
    this.#line = new SessionLine(parts, opened, this.#trace, {
      onTokensDead: () => this.#tokens.clear(),
      onStreamOpened: () => this.#reporter?.reopened(),
    });
    this.#tokens = new SessionTokens(parts, opened.id, this.#line);
    const { clock, entropy, onEvent } = parts;
    const { signal } = this.#line;
    this.#life = new Life({ clock, ask: () => this.#line.askLife(), signal });
    this.#reporter = reporterOf(parts, opened, own, this.#line, this.#trace);
    const ended = () => {
      this.#tokens.clear();
      this.#reporter?.stop();
      const { reason } = this.signal;
      this.#trace.end(reason instanceof SessionRevokedError ? reason : undefined);
    };
    this.signal.addEventListener('abort', ended, { once: true });
    const { id: sessionId, idleSeconds } = opened;
    keepRenewed({
      clock,
      entropy,
      idleSeconds,
      renew: async () => {
        const renewed = await this.#line.renew();
        this.#absoluteEndSeconds = renewed.absoluteEndSeconds;
        return renewed.idleSeconds;
      },
      onFailed: (code) => onEvent({ type: 'renewal_failed', sessionId, code }),
      signal: this.signal,
    });
  }

  get id(): string {
    return this.#opened.id;
  }

  get name(): string {
    return this.#opened.name;
  }

  /** @internal What the session may be used for. */
  get kind(): MemberKind {
    return this.#opened.kind;
  }

  /** @internal Roles of an operator. */
  get roles(): readonly string[] {
    return this.#opened.roles;
  }

  get absoluteEndAt(): Date {
    return new Date(this.#absoluteEndSeconds * 1_000);
  }

  get signal(): AbortSignal {
    return this.#line.signal;
  }

  async token(request: TokenRequest): Promise<Token> {
    const ask = parseTokenRequest(request);
    this.signal.throwIfAborted();
    return abortable(this.signal, this.#tokens.get(ask));
  }

  async fetch(input: string | URL | Request, init: ProtectedInit): Promise<Response> {
    return protectedFetch(this.#signingParts, input, init);
  }

  async headers(request: HeadersRequest): Promise<SignedHeaders> {
    return signingOf(this.#signingParts, request).sign();
  }

  async delegate(options: DelegateOptions = {}): Promise<Session> {
    const voice = makeVoice(this.#parts);
    const asked = this.#line.call(() => delegateAsk(options, voice));
    const opened = await abortable(this.signal, asked);
    // Ended meanwhile: the end at the broker has reached the child as well.
    this.signal.throwIfAborted();
    const none = { evidence: undefined, opening: undefined };
    const own = { ...this.#own, ...none, parent: this.#trace, isRoot: false };
    const child = new BrokerSession(this.#parts, opened, own);
    this.#keep(child);
    const { id: sessionId, name } = child;
    this.#parts.onEvent({ type: 'session_opened', sessionId, name, parentId: this.id });
    return child;
  }

  async childJoinToken(request: ChildJoinTokenRequest): Promise<ChildJoinToken> {
    const ask = childJoinTokenAsk(request);
    return abortable(
      this.signal,
      this.#line.call(() => ask),
    );
  }

  record(action: ActionRecord): void {
    this.#reporter?.record(action);
  }

  async rekey(): Promise<void> {
    const { evidence } = this.#own;
    if (evidence === undefined) throw refusedBeforehand('rekey_needs_evidence');
    this.signal.throwIfAborted();
    await abortable(
      this.signal,
      this.#line.rekey((fresh) => rekeyAsk(evidence, fresh)),
    );
  }

  tool<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    return this.#trace.tool(name, work);
  }

  /** @internal Signs a gRPC call, as often as it has to be sent. */
  signing(request: SigningRequest): Signing {
    return signingOf(this.#signingParts, request, rpcSpan);
  }

  /** @internal Calls the broker as this session; sends twice only if nothing has happened yet. */
  async call(
    path: string,
    requestBytes: Uint8Array,
    options: { digest: boolean },
  ): Promise<Uint8Array> {
    if (!methodForm.test(path)) throw configurationError('method_malformed');
    return this.#line.call(() => ({
      path,
      request: () => requestBytes,
      read: (bytes) => bytes,
      digest: options.digest,
      attemptsMax: 1,
    }));
  }

  /** @internal Calls the broker as this session, and hears a stream of answers. */
  listen(ask: ListenAsk): { close(): void } {
    if (!methodForm.test(ask.path)) throw configurationError('method_malformed');
    this.signal.throwIfAborted();
    return this.#line.listen(ask);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  toString(): string {
    return `[creance session ${this.id} of ${this.name}]`;
  }

  toJSON(): Record<string, string> {
    const { id, name, absoluteEndAt } = this;
    return { id, name, absoluteEndAt: absoluteEndAt.toISOString() };
  }

  get #signingParts(): SigningParts {
    const { nonces } = this.#parts;
    const { actionName } = this.#own;
    const [tokens, trace, actions] = [this.#tokens, this.#trace, this.#reporter];
    const askLife = () => this.#life.fault();
    return { tokens, nonces, signal: this.signal, actions, actionName, askLife, trace };
  }

  /** The listeners go with the child, so that a parent holds nothing of children that are over. */
  #keep(child: BrokerSession): void {
    const listening = { once: true, signal: child.signal };
    this.signal.addEventListener('abort', () => child.#line.finish(this.signal.reason), listening);
    this.#children.add(child);
    child.signal.addEventListener('abort', () => this.#children.delete(child), { once: true });
  }

  /** Itself and all that ends with it in this process. */
  #family(): BrokerSession[] {
    return [this, ...[...this.#children].flatMap((child) => child.#family())];
  }

  async #close(): Promise<void> {
    if (this.signal.aborted) return;
    const reporters = this.#family().flatMap((session) => session.#reporter ?? []);
    for (const reporter of reporters) reporter.leave();
    this.#line.finish(sessionClosed());
    const told = Promise.all(reporters.map((reporter) => reporter.flush()))
      // What was done is told while the sessions live at the broker.
      .then(() => this.#line.tellEnd());
    await orLater(this.#parts.clock, limits.closeMillis, told);
  }
}

const methodForm = /^\/[A-Za-z][A-Za-z0-9.]{0,127}\/[A-Za-z][A-Za-z0-9]{0,63}$/;
