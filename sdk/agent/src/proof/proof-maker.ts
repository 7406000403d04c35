import { createHash } from 'node:crypto';
import type { Thumbprint } from '@creance/proto';
import { type JwsHeader, type SigningKey, sha256Text } from '../keys/signing-key.js';
import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import type { Nonces } from './nonces.js';

/** The request that a proof is for. */
export interface ProofAsk {
  readonly method: string;
  /** Target without query and fragment. */
  readonly target: string;
  /** Origin whose nonce goes in. */
  readonly origin: string;
  /** The token that comes along. */
  readonly token?: string | undefined;
  /** The one nonce that it must carry; the newest of the origin when absent. */
  readonly nonce?: string | undefined;
  /** Request bytes that the proof covers. */
  readonly content?: Uint8Array | undefined;
}

/**
 * Makes the proofs of one session key (RFC 9449 §4.2), for broker calls and resources alike. There is
 * one for each key, for ever: `ctr` counts every proof from 1, and `iat` never goes back, since a
 * counter that goes back in time is how a cloned key shows itself. After the wall clock was set back,
 * `iat` stands still until the clock has caught up; open a new session when that takes too long.
 */
export class ProofMaker {
  readonly #key: SigningKey;
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  readonly #nonces: Nonces;
  readonly #header: JwsHeader;
  /** Thumbprint of the key. */
  readonly thumbprint: Thumbprint;
  #counter = 0;
  #issuedAt = 0;

  constructor(key: SigningKey, parts: { clock: Clock; entropy: Entropy; nonces: Nonces }) {
    this.#key = key;
    this.thumbprint = key.thumbprint;
    this.#clock = parts.clock;
    this.#entropy = parts.entropy;
    this.#nonces = parts.nonces;
    this.#header = { alg: 'ES256', typ: 'dpop+jwt', jwk: key.publicJwk };
  }

  /** Makes a proof. Each one is for one request: a retry needs another. */
  make(ask: ProofAsk): string {
    // No await between count, time and signature: proofs are numbered in the order of their time.
    this.#counter += 1;
    this.#issuedAt = Math.max(this.#issuedAt, Math.floor(this.#clock.now() / 1_000));
    return this.#key.signJws(this.#header, {
      jti: this.#entropy.text(16),
      htm: ask.method,
      htu: ask.target,
      iat: this.#issuedAt,
      ath: ask.token === undefined ? undefined : sha256Text(ask.token),
      nonce: ask.nonce ?? this.#nonces.get(ask.origin),
      ctr: this.#counter,
      content_digest: ask.content === undefined ? undefined : contentDigest(ask.content),
    });
  }
}

/** RFC 9530 §2, with SHA-256. */
function contentDigest(content: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;
}
