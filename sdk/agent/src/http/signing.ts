import type { ActionName, ActionNotes, ActionOutcome } from '../actions/action.js';
import { nameOfRequest } from '../actions/action-name.js';
import type { CreanceError } from '../errors/creance-error.js';
import type { Nonces } from '../proof/nonces.js';
import { abortable } from '../runtime/abortable.js';
import type { IssuedToken } from '../session/token.js';
import type { TokenAsk } from '../session/token-ask.js';
import type { ActionSpan } from '../telemetry/action-span.js';
import type { SessionTrace } from '../telemetry/session-trace.js';
import type { AskLife } from './ended-call.js';
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
  /** Names what nobody named, and undefined where that is the method. */
  readonly actionName: ActionName | undefined;
  /** Asks the broker why the session is of no use, when a call was ended from outside. */
  readonly askLife: AskLife;
  /** Where spans of requests belong. */
  readonly trace: SessionTrace;
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

/** Begins the span of a request whose action has a name; undefined when nobody traces. */
export type BeginSpan = (
  session: SessionTrace,
  request: SignedRequest,
  action: string,
) => ActionSpan | undefined;

/** Signs one request, as often as it has to be sent: each time with a proof of its own. */
export class Signing {
  readonly #parts: SigningParts;
  readonly #request: SignedRequest;
  #token: IssuedToken | undefined;
  #isRefused = false;
  /** Id of the sending that nobody has heard the end of. */
  #actionId: string | undefined;
  #isAnswered = false;
  readonly #action: string;
  /** Undefined when somebody else sends the request, or nobody traces. */
  readonly span: ActionSpan | undefined;

  constructor(parts: SigningParts, request: SignedRequest, begin?: BeginSpan) {
    this.#parts = parts;
    this.#request = request;
    const { ask, method, target: url, action } = request;
    const named = { method, url, audience: ask.audience };
    this.#action = begin === undefined ? '' : nameOfRequest(named, action, parts.actionName);
    this.span = begin?.(parts.trace, request, this.#action);
  }

  /**
   * Waits for a token, makes a proof. Throws what getting a token throws, or the reason of the session's
   * end or of `signal`.
   */
  async sign(signal: AbortSignal = this.#parts.signal): Promise<SignedHeaders> {
    signal.throwIfAborted();
    const next = () => abortable(signal, this.#next());
    this.#token = await (this.span === undefined ? next() : this.span.run(next));
    this.#isRefused = false;
    const dpop = this.#token.prove(this.#request);
    const signed = { authorization: `DPoP ${this.#token.reveal()}`, dpop };
    // Each sending is an action of its own to whoever sees it: what was refused must not hide the next one.
    this.#actionId = this.#parts.actions?.newId();
    if (this.#actionId === undefined) return signed;
    this.span?.sentAs(this.#actionId);
    return { ...signed, [actionHeader]: this.#actionId };
  }

  /** The last sending was answered, and not with a demand for another one. Counts once. */
  answered(outcome: ActionOutcome): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.span?.came(outcome);
    const id = this.#actionId;
    if (id === undefined) return;
    const seen = { id, action: this.#action, audience: this.#request.ask.audience, outcome };
    this.#parts.actions?.answered({ ...seen, span: this.span?.reference });
  }

  /** The resource has refused the token: the next one is another. */
  refuse(): void {
    this.#isRefused = true;
  }

  /** Why the session is of no use: its end, or the hold. Undefined when it lives, or nobody can say. */
  fault(): Promise<CreanceError | undefined> {
    return this.#parts.askLife();
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
