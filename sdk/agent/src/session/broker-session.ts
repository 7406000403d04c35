import {
  RenewSessionRequest,
  RenewSessionResponse,
  SessionServiceService,
} from '@creance/proto/wire';
import type { BrokerParts } from '../broker/channel.js';
import { configurationError, replyMalformed, sessionClosed } from '../errors/local.js';
import {
  type FetchParts,
  type HeadersRequest,
  protectedFetch,
  type SignedHeaders,
  signedHeaders,
} from '../http/fetch.js';
import type { ProtectedInit } from '../http/request.js';
import { abortable } from '../runtime/abortable.js';
import { inspectAsText } from '../runtime/opaque.js';
import { codeOf, SessionLine } from './line.js';
import type { MemberKind, OpenedSession } from './open.js';
import { keepRenewed } from './renewal.js';
import type { Session } from './session.js';
import type { Token } from './token.js';
import { parseTokenRequest, type TokenRequest } from './token-ask.js';
import { TokenCache } from './token-cache.js';

/** A session opened by this process. */
export class BrokerSession implements Session {
  static {
    inspectAsText(BrokerSession.prototype);
  }

  readonly #parts: BrokerParts;
  readonly #opened: OpenedSession;
  readonly #line: SessionLine;
  readonly #tokens: TokenCache;
  #absoluteEndSeconds: number;
  #closing: Promise<void> | undefined;

  constructor(parts: BrokerParts, opened: OpenedSession) {
    const { clock, entropy, onEvent } = parts;
    const line = new SessionLine(parts, opened);
    this.#parts = parts;
    this.#opened = opened;
    this.#line = line;
    this.#absoluteEndSeconds = opened.absoluteEndSeconds;
    this.#tokens = new TokenCache({
      clock,
      entropy,
      issue: (ask, manner) => line.issue(ask, manner),
      onKept: ({ audience }, error) =>
        onEvent({ type: 'token_kept', audience, code: codeOf(error) }),
    });
    this.signal.addEventListener('abort', () => this.#tokens.clear(), { once: true });
    const { idleSeconds } = opened;
    keepRenewed({ clock, entropy, idleSeconds, renew: () => this.#renew(), signal: this.signal });
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
    return protectedFetch(this.#fetchParts(), input, init);
  }

  async headers(request: HeadersRequest): Promise<SignedHeaders> {
    return signedHeaders(this.#fetchParts(), request);
  }

  /** @internal Calls the broker as this session; sends twice only if nothing has happened yet. */
  async call(
    methodPath: string,
    requestBytes: Uint8Array,
    options: { digest: boolean },
  ): Promise<Uint8Array> {
    if (!methodForm.test(methodPath)) throw configurationError('method_malformed');
    return this.#line.call(methodPath, requestBytes, { digest: options.digest, attemptsMax: 1 });
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

  #fetchParts(): FetchParts {
    const { nonces } = this.#parts;
    const { proofs } = this.#opened;
    return { tokens: this.#tokens, proofs, nonces, signal: this.signal };
  }

  async #close(): Promise<void> {
    if (this.signal.aborted) return;
    this.#line.finish(sessionClosed());
    await this.#line.tellEnd();
  }

  async #renew(): Promise<number> {
    const request = RenewSessionRequest.encode({}).finish();
    const { path } = SessionServiceService.renewSession;
    try {
      const bytes = await this.#line.call(path, request, { digest: false });
      const { idleSeconds, absoluteEndSeconds } = readRenewal(bytes);
      this.#absoluteEndSeconds = absoluteEndSeconds;
      return idleSeconds;
    } catch (error) {
      const failed = { type: 'renewal_failed', sessionId: this.id, code: codeOf(error) } as const;
      if (!this.signal.aborted) this.#parts.onEvent(failed);
      throw error;
    }
  }
}

const methodForm = /^\/[A-Za-z][A-Za-z0-9.]{0,127}\/[A-Za-z][A-Za-z0-9]{0,63}$/;

function readRenewal(bytes: Uint8Array): { idleSeconds: number; absoluteEndSeconds: number } {
  try {
    const { idleSeconds, absoluteEndUnixSeconds } = RenewSessionResponse.decode(bytes);
    const absoluteEndSeconds = Number(absoluteEndUnixSeconds);
    if (idleSeconds > 0 && Number.isSafeInteger(absoluteEndSeconds))
      return { idleSeconds, absoluteEndSeconds };
  } catch {
    // Falls through: undecodable and senseless are the same to the caller.
  }
  throw replyMalformed();
}
