import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { encodeBase64url } from '@creance/proto';
import { systemClock } from '../../runtime/clock.js';
import { systemEntropy } from '../../runtime/entropy.js';

/**
 * Uses a token that was caught, with a proof by a key of the thief's own (RFC 9449 §4.2), since the session's
 * key has never left its process. Gives the answer as `status reason`.
 */
export async function useStolen(token: string, url: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } };
  const claims = {
    jti: encodeBase64url(systemEntropy().bytes(16)),
    htm: 'GET',
    htu: url,
    iat: Math.floor(systemClock.now() / 1_000_000),
    ath: createHash('sha256').update(token).digest('base64url'),
  };
  const parts = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const input = parts.join('.');
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const proof = `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
  const answer = await fetch(url, { headers: { authorization: `DPoP ${token}`, dpop: proof } });
  const { reason = '' } = (await answer.json()) as { reason?: string };
  return `${answer.status} ${reason}`;
}
