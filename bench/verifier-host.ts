import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { joinVerifier } from '@creance/verifier/grpc';

// Hosts some verifiers, each with a feed and an HTTP service of its own.
const { CREANCE_JOIN, FOLDER = '.', COUNT = '1', HOST = '0' } = process.env;
const origins: string[] = [];
for (let nth = 0; nth < Number(COUNT); nth += 1) {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const publicOrigin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keyFile = join(FOLDER, `verifier-${HOST}-${nth}.key.json`);
  const verifier = await joinVerifier({ join: CREANCE_JOIN, keyFile, publicOrigin });
  await verifier.ready();
  server.on('request', async (request, response) => {
    const { method = '', url = '', headers } = request;
    const call = {
      method,
      pathname: url,
      authorization: headers.authorization ?? null,
      proof: (headers['dpop'] as string | undefined) ?? null,
    };
    const verified = await verifier.verifyCall(call, { scopes: ['contacts:read'] });
    if (verified.ok) {
      verified.identity.release();
      response.end('ok');
    } else {
      const { status, headers: answer, body } = verified.failure;
      response.writeHead(status, answer).end(JSON.stringify(body));
    }
  });
  origins.push(publicOrigin);
}
process.send?.(origins);
