import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import {
  asJsonObject,
  type PublicJwk,
  parsePublicJwk,
  rawSignatureOf,
  type Thumbprint,
  thumbprintInput,
} from '@creance/proto';

/** A P-256 key as a JWK with its private member (RFC 7518 §6.2.2). Goes to a key file, nowhere else. */
export interface PrivateJwk extends PublicJwk {
  readonly d: string;
}

/**
 * A P-256 key that signs with ES256. The private half stays inside: it is reached by no property, so
 * that neither `util.inspect` nor JSON shows it.
 */
export class SigningKey {
  readonly #private: KeyObject;
  /** The public half, exported once. */
  readonly publicJwk: PublicJwk;
  /** RFC 7638 thumbprint. */
  readonly thumbprint: Thumbprint;

  private constructor(key: KeyObject, publicJwk: PublicJwk) {
    this.#private = key;
    this.publicJwk = publicJwk;
    this.thumbprint = sha256Text(thumbprintInput(publicJwk)) as Thumbprint;
  }

  /** Makes a new key. */
  static generate(): SigningKey {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return new SigningKey(privateKey, publicHalf(privateKey));
  }

  /** Imports a private JWK; undefined when it is none, or when its halves do not belong together. */
  static fromPrivateJwk(value: unknown): SigningKey | undefined {
    const jwk = asJsonObject(value);
    const d = jwk?.['d'];
    if (jwk === undefined || typeof d !== 'string') return undefined;
    const { d: _private, ...rest } = jwk;
    const stated = parsePublicJwk(rest);
    if (stated === undefined) return undefined;
    try {
      const key = createPrivateKey({ key: { ...stated, d }, format: 'jwk' });
      return belongTogether(key, stated) ? new SigningKey(key, stated) : undefined;
    } catch {
      return undefined;
    }
  }

  /** A compact JWS by this key: ES256, r || s (RFC 7518 §3.4). */
  signJws(header: JwsHeader, claims: Readonly<Record<string, unknown>>): string {
    const input = `${encode(header)}.${encode(claims)}`;
    // The bare key and DER: with an object of options Node 24 is twice as slow.
    const signature = rawSignatureOf(sign('sha256', Buffer.from(input), this.#private));
    return `${input}.${Buffer.from(signature).toString('base64url')}`;
  }

  /** The private JWK, for the key file. The result is secret. */
  revealPrivateJwk(): PrivateJwk {
    return { ...this.publicJwk, d: this.#private.export({ format: 'jwk' }).d as string };
  }
}

/** Header of a JWS that brings its key along. */
export interface JwsHeader {
  readonly alg: 'ES256';
  readonly typ: string;
  readonly jwk: PublicJwk;
}

/** SHA-256 of a text as base64url. */
export function sha256Text(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function publicHalf(key: KeyObject): PublicJwk {
  return parsePublicJwk(createPublicKey(key).export({ format: 'jwk' })) as PublicJwk;
}

/** An import takes the public half as it is stated, so only a signature shows whether it is the key's. */
function belongTogether(key: KeyObject, stated: PublicJwk): boolean {
  const probe = Buffer.from('creance-key-probe-v1');
  const publicKey = createPublicKey({ key: { ...stated }, format: 'jwk' });
  return verify('sha256', probe, publicKey, sign('sha256', probe, key));
}
