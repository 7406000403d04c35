import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Verifier, VerifyOptions } from '@creance/verifier';

/** A service on loopback that serves nothing yet. */
export async function openService(): Promise<{ server: Server; publicOrigin: string }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, publicOrigin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Lets the service answer `ok` to whom its verifier lets in, and the verifier's refusal to others. */
export function serveVerified(
  server: Server,
  verifier: Verifier,
  optionsOf: (request: IncomingMessage) => VerifyOptions,
  beforeAnswer: (response: ServerResponse) => void = () => {},
): void {
  server.on('request', async (request, response) => {
    const { method = '', url = '', headers } = request;
    const call = {
      method,
      pathname: url,
      authorization: headers.authorization ?? null,
      proof: (headers['dpop'] as string | undefined) ?? null,
    };
    const verified = await verifier.verifyCall(call, optionsOf(request));
    beforeAnswer(response);
    if (verified.ok) {
      verified.identity.release();
      response.end('ok');
    } else {
      const { status, headers: answer, body } = verified.failure;
      response.writeHead(status, answer).end(JSON.stringify(body));
    }
  });
}
