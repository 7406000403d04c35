import { createHash } from 'node:crypto';
import { encodeBase64url } from '@creance/proto';
import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import { type EcKey, signJws } from './ec-key.js';

/** The call that a proof is for. */
export interface ProvenCall {
  /** `<address>/package.Service/Method`. */
  readonly target: string;
  /** A nonce of the broker, if it has asked for one. */
  readonly nonce: string | undefined;
  /** The request's bytes, where the proof must cover them. */
  readonly digestOf: Uint8Array | undefined;
}

const proofIdBytes = 16;

/** Makes the proofs of one session key: the counter grows by one, `iat` never goes back. */
export class ProofMaker {
  readonly #key: EcKey;
  readonly #clock: Clock;
  readonly #entropy: Entropy;
  #counter = 0;
  #issuedAt = 0;

  constructor(key: EcKey, clock: Clock, entropy: Entropy) {
    this.#key = key;
    this.#clock = clock;
    this.#entropy = entropy;
  }

  /** A proof for one call and no other (RFC 9449 §4.2). */
  make({ target, nonce, digestOf }: ProvenCall): string {
    this.#counter += 1;
    this.#issuedAt = Math.max(this.#issuedAt, Math.floor(this.#clock.now() / 1_000));
    const claims = {
      jti: encodeBase64url(this.#entropy.bytes(proofIdBytes)),
      htm: 'POST',
      htu: target,
      iat: this.#issuedAt,
      ctr: this.#counter,
      nonce,
      content_digest: digestOf && contentDigest(digestOf),
    };
    return signJws({ alg: 'ES256', typ: 'dpop+jwt', jwk: this.#key.jwk }, claims, this.#key);
  }
}

/** `sha-256=:<base64>:` of bytes (RFC 9530 §2). */
function contentDigest(bytes: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
}
