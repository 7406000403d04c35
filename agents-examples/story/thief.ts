import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { Agent, request } from 'node:http';
import { monotonicMillis } from '../lib/monotonic.js';
import { takeOrders } from '../lib/orders.js';

/**
 * The thief of the story: a process of its own that holds what the proxy leaked, a token and one proof.
 * It has no Creance code.
 */
const { LOOT } = process.env;
const { url, authorization, proof, traceparent } = JSON.parse(LOOT ?? '{}') as Record<
  string,
  string
>;
if (url === undefined || authorization === undefined || proof === undefined) process.exit(2);
const target: string = url;
const token = authorization.replace(/^DPoP /, '');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** A proof for the same request by a key of the thief's own (RFC 9449 §4.2). */
function ownProof(): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const ath = createHash('sha256').update(token).digest('base64url');
  const claims = {
    jti: randomUUID(),
    htm: 'GET',
    htu: target,
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

/** Sends a request over the connection that is open already; `value` is when its first byte left. */
function attempt(shown: Record<string, string>): Promise<{ outcome: string; value: number }> {
  // He has the trace of the agent too, and tries to be a part of it.
  const headers = { ...shown, ...(traceparent !== undefined && { traceparent }) };
  return new Promise((resolve, reject) => {
    const sending = request(target, { agent, headers }, async (reply) => {
      const { reason } = JSON.parse(await textOf(reply)) as { reason?: string };
      resolve({ outcome: `${reply.statusCode} ${reason}`, value });
    });
    sending.on('error', reject);
    const value = monotonicMillis();
    sending.end();
  });
}

async function textOf(reply: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of reply) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

takeOrders({
  replay: () => attempt({ authorization, dpop: proof }),
  withoutProof: () => attempt({ authorization }),
  ownKey: () => {
    const dpop = ownProof();
    return attempt({ authorization, dpop });
  },
});
console.log('ready');
