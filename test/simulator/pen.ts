import { createHash } from 'node:crypto';
import type { TestKey } from '../support/test-key.js';

/** What a proof is for. */
export interface Proving {
  readonly method: string;
  readonly target: string;
  readonly nowSeconds: number;
  readonly token?: string | undefined;
  readonly nonce?: string | undefined;
  readonly content?: Uint8Array | undefined;
}

/** Writes the proofs of one key as the SDK does: `ctr` counts from 1 and `iat` never goes back. */
export class Pen {
  readonly key: TestKey;
  readonly #name: string;
  #counter: number;
  #issuedAt: number;

  constructor(key: TestKey, name: string, counter = 0, issuedAt = 0) {
    this.key = key;
    this.#name = name;
    this.#counter = counter;
    this.#issuedAt = issuedAt;
  }

  /** The latest time that a proof of it has named: a clock that was set back does not take it along. */
  get issuedAt(): number {
    return this.#issuedAt;
  }

  /** The same key in other hands: from here on both count on their own. */
  copy(name: string): Pen {
    return new Pen(this.key, name, this.#counter, this.#issuedAt);
  }

  proof({ method, target, nowSeconds, token, nonce, content }: Proving): string {
    this.#counter += 1;
    this.#issuedAt = Math.max(this.#issuedAt, nowSeconds);
    return this.key.jws('dpop+jwt', {
      jti: `${this.#name} ${this.#counter}`,
      htm: method,
      htu: target,
      iat: this.#issuedAt,
      ctr: this.#counter,
      ...(token !== undefined && { ath: hashOf(token) }),
      ...(nonce !== undefined && { nonce }),
      ...(content !== undefined && { content_digest: digestOf(content) }),
    });
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function digestOf(bytes: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
}
