import type { ActionNotes, ActionOutcome } from '../actions/action.js';
import type { Nonces } from '../proof/nonces.js';
import { abortable } from '../runtime/abortable.js';
import type { IssuedToken } from '../session/token.js';
import type { TokenAsk } from '../session/token-ask.js';
import { actionHeader, type SignedHeaders } from './signed-headers.js';

/** Where tokens come from. */
export interface TokenSource {
  /** A token that lives. */
  get(ask: TokenAsk): Promise<IssuedToken>;
  /** Another token than the one that a resource refused. */
  renew(ask: TokenAsk, refused: IssuedToken): Promise<IssuedToken>;
}

/** What signing needs of its session. */
export interface SigningParts {
  readonly tokens: TokenSource;
  readonly nonces: Nonces;
  readonly signal: AbortSignal;
  /** Hears of what was answered; undefined when the session does not report. */
  readonly actions?: ActionNotes | undefined;
}

/** A request that may carry a token. */
export interface SignedRequest {
  readonly ask: TokenAsk;
  readonly method: string;
  /** The proof's `htu`. */
  readonly target: string;
  readonly origin: string;
  /** Name of what it does, if the caller gave one. */
  readonly action: string | undefined;
}

/** Signs one request, as often as it has to be sent: each time with a proof of its own. */
export class Signing {
  readonly #parts: SigningParts;
  readonly #request: SignedRequest;
  #token: IssuedToken | undefined;
  #isRefused = false;
  /** Id of the sending that nobody has heard the end of. */
  #actionId: string | undefined;

  constructor(parts: SigningParts, request: SignedRequest) {
    this.#parts = parts;
    this.#request = request;
  }

  /**
   * Waits for a token, makes a proof. Throws what getting a token throws, or the reason of the session's
   * end or of `signal`.
   */
  async sign(signal: AbortSignal = this.#parts.signal): Promise<SignedHeaders> {
    signal.throwIfAborted();
    this.#token = await abortable(signal, this.#next());
    this.#isRefused = false;
    const dpop = this.#token.prove(this.#request);
    const signed = { authorization: `DPoP ${this.#token.reveal()}`, dpop };
    // Each sending is an action of its own to whoever sees it: what was refused must not hide the next one.
    this.#actionId = this.#parts.actions?.newId();
    return this.#actionId === undefined ? signed : { ...signed, [actionHeader]: this.#actionId };
  }

  /** The last sending was answered, and not with a demand for another one. Counts once. */
  answered(outcome: ActionOutcome): void {
    const { ask, action, method, target: url } = this.#request;
    const id = this.#actionId;
    this.#actionId = undefined;
    if (id === undefined) return;
    this.#parts.actions?.answered({ id, outcome, action, method, url, audience: ask.audience });
  }

  /** The resource has refused the token: the next one is another. */
  refuse(): void {
    this.#isRefused = true;
  }

  /** The resource has sent a nonce: the next proof carries it. */
  remember(nonce: string | null | undefined): void {
    this.#parts.nonces.remember(this.#request.origin, nonce);
  }

  #next(): Promise<IssuedToken> {
    const { tokens } = this.#parts;
    const { ask } = this.#request;
    if (this.#token === undefined) return tokens.get(ask);
    return this.#isRefused ? tokens.renew(ask, this.#token) : Promise.resolve(this.#token);
  }
}
