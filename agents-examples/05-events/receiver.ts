import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';

/** Receives events of a broker as Security Event Tokens (RFC 8935): verifies each, and tells of it once. */
export function receiver(
  { keySet, issuer, audience }: { keySet: string; issuer: string; audience: string },
  onEvent: (event: JWTPayload) => void,
): Server {
  const keys = createRemoteJWKSet(new URL(keySet));
  const seen = new Set<string>();
  return createServer(async (request, response) => {
    try {
      const checks = { issuer, audience, typ: 'secevent+jwt', algorithms: ['ES256'] };
      const { payload } = await jwtVerify(await text(request), keys, checks);
      const { jti = '' } = payload;
      if (!seen.has(jti)) onEvent(payload);
      // A real receiver writes it down before it answers, and forgets a jti after a day.
      seen.add(jti);
      response.writeHead(202).end();
    } catch {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"err":"invalid_request"}');
    }
  });
}
