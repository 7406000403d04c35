import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto';
import { type Thumbprint, thumbprintInput } from '@creance/proto';
import { audience } from './bench-manifest.js';

/** A P-256 key for the bench. */
export class BenchKey {
  readonly jwk: {
    readonly kty: 'EC';
    readonly crv: 'P-256';
    readonly x: string;
    readonly y: string;
  };
  readonly id: Thumbprint;
  readonly publicKey: KeyObject;
  readonly #key: KeyObject;

  /** A key of its own, or one that another process of the bench has made. */
  constructor(made?: JsonWebKey) {
    const { privateKey, publicKey } = made === undefined ? newPair() : pairOf(made);
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.jwk = { kty: 'EC', crv: 'P-256', x, y };
    this.id = createHash('sha256')
      .update(thumbprintInput(this.jwk))
      .digest('base64url') as Thumbprint;
    this.publicKey = publicKey;
    this.#key = privateKey;
  }

  /** The private half: whoever holds it speaks for the session, so that other processes of the bench can. */
  get privateJwk(): JsonWebKey {
    return this.#key.export({ format: 'jwk' });
  }

  sign(bytes: Uint8Array): Buffer {
    return sign('sha256', bytes, { key: this.#key, dsaEncoding: 'ieee-p1363' });
  }

  jws(header: object, payload: string): string {
    const encode = (text: string) => Buffer.from(text).toString('base64url');
    const input = `${encode(JSON.stringify({ alg: 'ES256', ...header }))}.${encode(payload)}`;
    return `${input}.${this.sign(Buffer.from(input)).toString('base64url')}`;
  }
}

function newPair() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function pairOf(jwk: JsonWebKey) {
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** Nanoseconds by which the wall clock is ahead of the monotonic one: one for all processes of a run. */
const aheadName = 'CREANCE_BENCH_AHEAD';
process.env[aheadName] ??= String(BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint());
const ahead = BigInt(process.env[aheadName]);

/**
 * Number and time of a proof by a key that several processes of the bench hold, by one reading of the clock that
 * they share: a number that was used twice, or that grows while time goes back, is a fact of a cloned key.
 */
export function proofMoment(): { readonly iat: number; readonly ctr: number } {
  const now = process.hrtime.bigint();
  return { iat: Number((now + ahead) / 1_000_000_000n), ctr: Number(now) };
}

/** A proof for the bench's one request, at the bench's resource or another origin. */
export function proofOf(
  key: BenchKey,
  token: string,
  at: { readonly origin?: string; readonly nonce?: string | undefined } = {},
): string {
  const ath = createHash('sha256').update(token).digest('base64url');
  const htu = `${at.origin ?? audience}/contacts`;
  const more = { ...proofMoment(), nonce: at.nonce };
  const claims = { jti: randomUUID(), htm: 'GET', htu, ath, ...more };
  return key.jws({ typ: 'dpop+jwt', jwk: key.jwk }, JSON.stringify(claims));
}
