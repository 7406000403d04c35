import type { ActionRecord } from '../actions/action.js';
import type { HeadersRequest } from '../http/fetch.js';
import type { ProtectedInit } from '../http/request.js';
import type { SignedHeaders } from '../http/signed-headers.js';
import type { ChildJoinToken, ChildJoinTokenRequest } from './child-join-token.js';
import type { DelegateOptions } from './delegate.js';
import type { Token } from './token.js';
import type { TokenRequest } from './token-ask.js';

/**
 * One granted run, bound to a key that lives in this process only. Ends when it is closed, cut, idle
 * for too long or at its absolute end; `signal` says so at once.
 */
export interface Session extends AsyncDisposable {
  /** The session id, 22 characters of base64url. Says nothing by itself; fit for logs. */
  readonly id: string;
  /** Registered name of the workload, resource or operator. */
  readonly name: string;
  /** End whatever happens, by the broker's clock. */
  readonly absoluteEndAt: Date;
  /**
   * Aborts with a `SessionRevokedError` or `SessionEndedError` as soon as the SDK knows that the session
   * is over. Give it to everything that runs on behalf of the session: it stops the work.
   */
  readonly signal: AbortSignal;
  /**
   * A token for one resource: from memory until about a fifth of its life is left, else from the broker;
   * one call serves all who ask for the same at once. When the broker is away, the last token is used
   * to its end. Throws a `CreanceError`, among them `NotGrantedError`, `BrokerUnavailableError`,
   * `SessionSuspendedError` while the session is held, `SessionRevokedError` and `SessionEndedError`.
   */
  token(request: TokenRequest): Promise<Token>;
  /**
   * `fetch` with a token and a proof (RFC 9449 §7.1). Takes one fresh nonce and one fresh token when
   * the resource asks for them and the body can be sent again; gives every other reply back as it is,
   * 403 too. Follows no redirect. Throws `RequestRefusedError` for a request that could give the token
   * away, the errors of `token`, the reason of the signal that aborted, and what `fetch` throws. When the
   * connection breaks, before the reply or in its body, the broker is asked whether the session lives (once
   * for all calls that broke together, at most every 250 ms, for at most 1 s): after a cut the fault is the
   * session's end, during a hold the `SessionSuspendedError`. What was answered is reported to the broker:
   * refused for a 401 or 403, else allowed.
   */
  fetch(input: string | URL | Request, init: ProtectedInit): Promise<Response>;
  /**
   * The headers that `fetch` would send, for HTTP clients of another kind. They hold a token and a proof
   * for this one request: never log them, make new ones for each sending, follow no redirect with them.
   * Throws as `fetch` does before it sends.
   */
  headers(request: HeadersRequest): Promise<SignedHeaders>;
  /**
   * Reports an action that was done by other means, so that the broker's picture of the session is whole.
   * Returns at once; does nothing when the session does not report, or is over. Throws a
   * `ConfigurationError` for an action without name, audience or outcome.
   */
  record(action: ActionRecord): void;
  /**
   * Runs the work of a tool of the agent, so that its requests hang below one span, `execute_tool NAME`.
   * The span is one of OpenTelemetry's conventions for generative AI: without
   * `OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental` the work runs as it is. Neither arguments nor
   * results are told. Gives what the work gives, and throws what it throws.
   */
  tool<T>(name: string, work: () => T | Promise<T>): Promise<T>;
  /**
   * Opens a child in this process, with a key of its own: for a part of the work that needs less, and that
   * can be ended by itself. It stays the same workload, holds no more than this session, lives no longer,
   * and ends with it. Throws a `NotGrantedError` when the manifest gives no such child, or the task names
   * more than there is.
   */
  delegate(options?: DelegateOptions): Promise<Session>;
  /**
   * Makes a token by which another process, with evidence of its own, becomes a child of this session,
   * once, within about a minute. Throws a `NotGrantedError` when the manifest names no such child.
   */
  childJoinToken(request: ChildJoinTokenRequest): Promise<ChildJoinToken>;
  /**
   * Binds the session to another key, made here. Tokens bound to the old one, and those of all children,
   * are refused from then on; the next ones are got as usual, and children in this process stay. When the
   * answer is lost it throws a `BrokerUnavailableError`, and the session goes on by whichever key the
   * broker accepts; call again to be sure. Throws an `EvidenceError` for a session that `delegate` opened:
   * it has no evidence of its own.
   */
  rekey(): Promise<void>;
  /** Reports what is left, and ends the session and everything below it. Never throws, takes at most 2 s, may be repeated. */
  close(): Promise<void>;
}
