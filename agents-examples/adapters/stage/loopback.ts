import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseToken } from '@creance/proto';
import type { AdapterStage } from './stage.js';

/** A request as it came in, before anybody judged it. */
export interface SeenRequest {
  readonly method: string;
  /** Of the answer; 0 before. */
  status: number;
  /** `audience scope scope` of its token. */
  readonly token: string;
  /** What must be found nowhere else: the token and the proof. */
  readonly secrets: readonly string[];
}

/** A server on loopback that notes what comes in. */
export interface Loopback {
  readonly origin: string;
  readonly seen: SeenRequest[];
  /** Puts the service in place. */
  serve(handler: (request: IncomingMessage, response: ServerResponse) => unknown): void;
}

/** Starts a server without a service; its origin is known before its verifier joins. */
export async function openLoopback(stage: AdapterStage): Promise<Loopback> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const seen: SeenRequest[] = [];
  server.on('request', (request, response) => {
    const one = seenOf(request);
    seen.push(one);
    response.once('finish', () => {
      one.status = response.statusCode;
    });
  });
  stage.closeLater(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    serve: (handler) => void server.on('request', handler),
  };
}

function seenOf({ method = '', headers }: IncomingMessage): SeenRequest {
  const token = headers.authorization?.split(' ')[1] ?? '';
  const proof = String(headers['dpop'] ?? '');
  const parsed = parseToken(token);
  const claims = parsed.ok ? parsed.value.unverifiedClaims : undefined;
  return {
    method,
    status: 0,
    token: claims === undefined ? 'none' : `${claims.audience} ${claims.scopes.join(' ')}`,
    secrets: [token, proof].filter((text) => text !== ''),
  };
}

/** Whether any of the secrets that went over the wire, or a part of one, stands in a text. */
export function leaks(
  text: string,
  seen: readonly Pick<SeenRequest, 'secrets'>[],
): readonly string[] {
  const parts = seen.flatMap(({ secrets }) => secrets.flatMap((secret) => secret.split('.')));
  return parts.filter((part) => part.length > 40 && text.includes(part));
}
