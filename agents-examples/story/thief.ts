import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';

/**
 * The thief of the story: a process of its own that holds what the proxy leaked, the token and one
 * proof, and tries it in three ways. It has no Creance code.
 */
const { url, authorization, proof } = JSON.parse(process.env['LOOT'] ?? '{}') as Record<
  string,
  string
>;
if (url === undefined || authorization === undefined || proof === undefined) process.exit(2);
const token = authorization.replace(/^DPoP /, '');

/** A proof for the same request by a key of the thief's own (RFC 9449 §4.2). */
function ownProof(): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const ath = createHash('sha256').update(token).digest('base64url');
  const claims = {
    jti: randomUUID(),
    htm: 'GET',
    htu: url,
    iat: Math.floor(Date.now() / 1_000),
    ath,
  };
  const input = `${encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(input), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${signature.toString('base64url')}`;
}

const attempts: Record<string, Record<string, string>> = {
  'the captured token and proof, once more': { authorization, dpop: proof },
  'the captured token without a proof': { authorization },
  'the captured token with a proof by a key of its own': { authorization, dpop: ownProof() },
};

for (const [attempt, headers] of Object.entries(attempts)) {
  const startedAt = performance.now();
  const response = await fetch(url, { headers });
  const { reason } = (await response.json()) as { reason?: string };
  const millis = performance.now() - startedAt;
  process.send?.({ attempt, outcome: `${response.status} ${reason}`, millis });
}
process.disconnect();
