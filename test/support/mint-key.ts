import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import {
  type Handle,
  handleFromBytes,
  type PublicJwk,
  type Thumbprint,
  thumbprintInput,
} from '@creance/proto';

/** A P-256 key that signs what a test wants signed, right or wrong. */
export class MintKey {
  readonly jwk: PublicJwk;
  readonly thumbprint: Thumbprint;
  readonly #private: KeyObject;

  constructor(
    privateKey: KeyObject = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  ) {
    const { x = '', y = '' } = privateKey.export({ format: 'jwk' });
    this.jwk = { kty: 'EC', crv: 'P-256', x, y };
    this.thumbprint = sha256(thumbprintInput(this.jwk)) as Thumbprint;
    this.#private = privateKey;
  }

  /** The key of a private JWK. */
  static of(jwk: JsonWebKey): MintKey {
    return new MintKey(createPrivateKey({ key: jwk, format: 'jwk' }));
  }

  /** r || s over bytes. */
  sign(bytes: Uint8Array): Buffer {
    return sign('sha256', bytes, { key: this.#private, dsaEncoding: 'ieee-p1363' });
  }

  /** A compact JWS over texts: any header and any payload. */
  jws(header: string, payload: string): string {
    const input = `${base64url(header)}.${base64url(payload)}`;
    return `${input}.${this.sign(Buffer.from(input)).toString('base64url')}`;
  }
}

/** A text as base64url. */
export function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** SHA-256 of a text as base64url. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** A fresh handle. */
export function freshHandle(): Handle {
  return handleFromBytes(new Uint8Array(randomBytes(16))) as Handle;
}
