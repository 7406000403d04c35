import type { BrokerParts } from '../broker/channel.js';
import { configurationError, refusedBeforehand, sessionClosed } from '../errors/local.js';
import { type HeadersRequest, protectedFetch, signingOf } from '../http/fetch.js';
import type { ProtectedInit } from '../http/request.js';
import type { SignedHeaders, Signing, SigningParts } from '../http/signing.js';
import type { EvidenceSource } from '../keys/evidence.js';
import { abortable } from '../runtime/abortable.js';
import { inspectAsText } from '../runtime/opaque.js';
import {
  type ChildJoinToken,
  type ChildJoinTokenRequest,
  childJoinTokenAsk,
} from './child-join-token.js';
import { type DelegateOptions, delegateAsk } from './delegate.js';
import { SessionLine } from './line.js';
import type { MemberKind, OpenedSession } from './open.js';
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
  readonly #evidence: EvidenceSource | undefined;
  readonly #line: SessionLine;
  readonly #tokens: SessionTokens;
  #absoluteEndSeconds: number;
  #closing: Promise<void> | undefined;

  /** `evidence` is that of the session itself; undefined when it shares its parent's. */
  constructor(parts: BrokerParts, opened: OpenedSession, evidence: EvidenceSource | undefined) {
    this.#parts = parts;
    this.#opened = opened;
    this.#evidence = evidence;
    this.#absoluteEndSeconds = opened.absoluteEndSeconds;
    this.#line = new SessionLine(parts, opened, () => this.#tokens.clear());
    this.#tokens = new SessionTokens(parts, opened.id, this.#line);
    this.signal.addEventListener('abort', () => this.#tokens.clear(), { once: true });
    const { clock, entropy, onEvent } = parts;
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
    return this.signing(request).sign();
  }

  async delegate(options: DelegateOptions = {}): Promise<Session> {
    const voice = makeVoice(this.#parts);
    const asked = this.#line.call(() => delegateAsk(options, voice));
    const opened = await abortable(this.signal, asked);
    // Ended meanwhile: the end at the broker has reached the child as well.
    this.signal.throwIfAborted();
    const child = new BrokerSession(this.#parts, opened, undefined);
    // The listener goes with the child, so that a parent holds nothing of children that are over.
    const listening = { once: true, signal: child.signal };
    this.signal.addEventListener('abort', () => child.#line.finish(this.signal.reason), listening);
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

  async rekey(): Promise<void> {
    const evidence = this.#evidence;
    if (evidence === undefined) throw refusedBeforehand('rekey_needs_evidence');
    this.signal.throwIfAborted();
    await abortable(
      this.signal,
      this.#line.rekey((fresh) => rekeyAsk(evidence, fresh)),
    );
  }

  /** @internal Signs a request, as often as it has to be sent. */
  signing(request: HeadersRequest): Signing {
    return signingOf(this.#signingParts, request);
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
    return { tokens: this.#tokens, nonces: this.#parts.nonces, signal: this.signal };
  }

  async #close(): Promise<void> {
    if (this.signal.aborted) return;
    this.#line.finish(sessionClosed());
    await this.#line.tellEnd();
  }
}

const methodForm = /^\/[A-Za-z][A-Za-z0-9.]{0,127}\/[A-Za-z][A-Za-z0-9]{0,63}$/;
