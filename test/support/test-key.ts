import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Thumbprint, thumbprintInput } from '@creance/proto';

/** A P-256 key that signs what a test wants signed, right or wrong. */
export class TestKey {
  readonly jwk: {
    readonly kty: 'EC';
    readonly crv: 'P-256';
    readonly x: string;
    readonly y: string;
  };
  readonly thumbprint: Thumbprint;
  readonly #privateKey: KeyObject;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.jwk = { kty: 'EC', crv: 'P-256', x, y };
    this.thumbprint = createHash('sha256')
      .update(thumbprintInput(this.jwk))
      .digest('base64url') as Thumbprint;
    this.#privateKey = privateKey;
  }

  /** A compact JWS with this key's public half in its header. */
  jws(typ: string, claims: object): string {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const input = `${encode({ alg: 'ES256', typ, jwk: this.jwk })}.${encode(claims)}`;
    const options = { key: this.#privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${input}.${sign('sha256', Buffer.from(input), options).toString('base64url')}`;
  }
}
