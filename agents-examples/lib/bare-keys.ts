import { createHash, createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { thumbprintInput } from '@creance/proto';

/** A private key that can be copied, as no key should be that lives in an agent's process. */
export type BareKey = Readonly<Record<'crv' | 'd' | 'kty' | 'x' | 'y', string>>;

/** Makes a P-256 key. */
export function bareKey(): BareKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'jwk' }) as unknown as BareKey;
}

/** SHA-256 of a text as base64url. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** RFC 7638 thumbprint of a key. */
export function thumbprintOf({ x, y }: BareKey): string {
  return sha256(thumbprintInput({ kty: 'EC', crv: 'P-256', x, y }));
}

/** A compact JWS by a key that it brings along, with `iat` and `jti` (RFC 7515 §7.1; ES256). */
export function signed(
  key: BareKey,
  type: string,
  claims: Readonly<Record<string, unknown>>,
): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const { kty, crv, x, y } = key;
  const header = { alg: 'ES256', typ: type, jwk: { kty, crv, x, y } };
  const iat = Math.floor(Date.now() / 1_000);
  const input = `${encode(header)}.${encode({ jti: randomUUID(), iat, ...claims })}`;
  const signature = sign('sha256', Buffer.from(input), {
    key: createPrivateKey({ key, format: 'jwk' }),
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${signature.toString('base64url')}`;
}

/** `Content-Digest` of bytes (RFC 9530 §2). */
export function contentDigest(bytes: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
}
