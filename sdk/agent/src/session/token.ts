import type { ProofAsk, ProofMaker } from '../proof/proof-maker.js';
import { inspectAsText } from '../runtime/opaque.js';

/**
 * A token for one resource. Its text is bearer material: only `reveal` gives it, so that no log, JSON,
 * template or inspection shows it by accident. `session.fetch` uses it without revealing anything.
 */
export interface Token {
  readonly audience: string;
  /** Scopes granted, sorted. */
  readonly scopes: readonly string[];
  /** End of the token by the broker's clock. */
  readonly expiresAt: Date;
  /** The token itself, for the header `Authorization: DPoP …`; a proof goes with every use. */
  reveal(): string;
  /** `[creance token, expires …]`. */
  toString(): string;
  /** `[creance token, expires …]`. */
  toJSON(): string;
}

/** What the broker said of a token. */
export interface TokenFacts {
  readonly text: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  /** Unix seconds. */
  readonly expiresSeconds: number;
}

/** A token that the broker issued. */
export class IssuedToken implements Token {
  static {
    inspectAsText(IssuedToken.prototype);
  }

  readonly #facts: TokenFacts;
  readonly #proofs: ProofMaker;

  /** `proofs` is of the key that the token is bound to. */
  constructor(facts: TokenFacts, proofs: ProofMaker) {
    this.#facts = { ...facts, scopes: Object.freeze([...facts.scopes]) };
    this.#proofs = proofs;
  }

  /**
   * A proof for one request with this token, by the key that it is bound to and no other: by another one
   * it would look stolen.
   */
  prove(request: Pick<ProofAsk, 'method' | 'target' | 'origin'>): string {
    return this.#proofs.make({ ...request, token: this.#facts.text });
  }

  get audience(): string {
    return this.#facts.audience;
  }

  get scopes(): readonly string[] {
    return this.#facts.scopes;
  }

  get expiresAt(): Date {
    return new Date(this.#facts.expiresSeconds * 1_000);
  }

  reveal(): string {
    return this.#facts.text;
  }

  toString(): string {
    return `[creance token, expires ${this.expiresAt.toISOString()}]`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** A token with what decides how long it is used. */
export interface Issued {
  readonly token: IssuedToken;
  readonly lifetimeSeconds: number;
  /** When the request was sent, on the monotonic clock: the token's life began no earlier. */
  readonly sentAtMillis: number;
}
