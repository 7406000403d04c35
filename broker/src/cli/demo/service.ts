import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { creanceExpress, type ProtectedRequest } from '@creance/verifier/express';
import { joinVerifier } from '@creance/verifier/grpc';
import { demoScope } from './manifest.js';

/** The demo's service. */
export interface DemoService {
  readonly origin: string;
  /** The token of the last request: the service logs too much, and somebody reads its log. */
  leakedToken(): string;
  close(): Promise<void>;
}

/** Opens a service on loopback that answers whoever may read contacts; on `/watch` it never ends by itself. */
export async function openDemoService(join: string, keyFile: string): Promise<DemoService> {
  let leaked = '';
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const verifier = await joinVerifier({ join, keyFile, publicOrigin: origin, onEvent() {} });
  await verifier.ready();
  const guard = creanceExpress(verifier).requireScopes(demoScope);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const [, token] = /^DPoP (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    leaked = token ?? leaked;
    void guard(request as ProtectedRequest, response, (fault) => {
      if (fault !== undefined) response.writeHead(500).end();
      else if (request.url === '/watch') response.writeHead(200).write('watching\n');
      else response.writeHead(200).end('[{"name":"Ada Lovelace"}]');
    });
  });
  return {
    origin,
    leakedToken: () => leaked,
    async close() {
      server.close();
      server.closeAllConnections();
      await verifier.close();
    },
  };
}
