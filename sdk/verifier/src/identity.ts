import type { Actor, Lineage, ScopeSet, SessionId } from '@creance/proto';
import type { FailureReason } from './failures.js';
import type { LiveIdentities, Watched } from './live-identities.js';
import type { GenuineProof } from './proofs.js';
import type { GenuineToken } from './tokens.js';

/** Who makes the request, as far as a verified token and proof say. */
export interface Identity {
  readonly issuer: string;
  /** Whom it is about: the workload, or the person it acts for. */
  readonly subject: string;
  /** Registered name of the workload that acts. */
  readonly clientId: string;
  readonly sessionId: SessionId;
  /** Every scope of the token, sorted. */
  readonly scopes: ScopeSet;
  /** Who acts, the current actor outside; undefined when the session acts for itself. */
  readonly actor: Actor | undefined;
  /** The same through a whole tree of sessions: for logs and traces. */
  readonly transaction: string;
  /** End of the token, Unix seconds. */
  readonly expiresAt: number;
  /** The handles of everything that can end the token. */
  readonly lineage: Lineage;
  /** The proof that came along. */
  readonly proof: { readonly counter: number | undefined };
  /** Whether the view was too old and the resource is `bestEffort`. */
  readonly stale: boolean;
  /**
   * Aborts with a `TokenEnded` when a matching cut arrives or the token ends. Whoever runs a call ends
   * it then. Watching begins with the first look at it.
   */
  readonly signal: AbortSignal;
  /** Says that the call is done: the signal never fires afterwards, and costs nothing more. */
  release(): void;
  [Symbol.dispose](): void;
}

/** The reason of an identity's `signal`. */
export class TokenEnded extends Error {
  override readonly name = 'TokenEnded';
  /** `token_expired`, or why the log refuses the token now. */
  readonly reason: FailureReason;

  constructor(reason: FailureReason) {
    super('the token has ended while it was in use');
    this.reason = reason;
  }
}

/** Makes the identity of a verified request. */
export function identityOf(
  token: GenuineToken,
  proof: GenuineProof,
  stale: boolean,
  live: LiveIdentities,
): Identity {
  return new VerifiedIdentity(token, proof, stale, live);
}

class VerifiedIdentity implements Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly clientId: string;
  readonly sessionId: SessionId;
  readonly scopes: ScopeSet;
  readonly actor: Actor | undefined;
  readonly transaction: string;
  readonly expiresAt: number;
  readonly lineage: Lineage;
  readonly proof: { readonly counter: number | undefined };
  readonly stale: boolean;
  readonly #token: GenuineToken;
  readonly #live: LiveIdentities;
  #controller: AbortController | undefined;
  #watched: Watched | undefined;
  #isReleased = false;

  constructor(token: GenuineToken, proof: GenuineProof, stale: boolean, live: LiveIdentities) {
    const { claims } = token;
    this.issuer = claims.issuer;
    this.subject = claims.subject;
    this.clientId = claims.clientId;
    this.sessionId = claims.sessionId;
    this.scopes = claims.scopes;
    this.actor = claims.actor;
    this.transaction = claims.transaction;
    this.expiresAt = claims.expiresAt;
    this.lineage = claims.lineage;
    this.proof = { counter: proof.counter };
    this.stale = stale;
    this.#token = token;
    this.#live = live;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#watch();
    return this.#controller.signal;
  }

  release(): void {
    this.#isReleased = true;
    if (this.#watched !== undefined) this.#live.forget(this.#watched);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  #watch(): AbortController {
    const controller = new AbortController();
    if (this.#isReleased) return controller;
    const { claims, keyId, handles } = this.#token;
    this.#watched = {
      handles,
      keyId,
      revision: claims.revision,
      expiresAt: claims.expiresAt,
      end: (reason) => controller.abort(new TokenEnded(reason)),
    };
    this.#live.watch(this.#watched);
    return controller;
  }
}
