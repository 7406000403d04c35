import { join } from 'node:path';
import { joinVerifier } from '@creance/verifier/grpc';
import { openService, serveVerified } from './verified-service.js';

// Hosts some verifiers, each with a feed and an HTTP service of its own.
const { CREANCE_JOIN, FOLDER = '.', COUNT = '1', HOST = '0' } = process.env;
const origins: string[] = [];
for (let nth = 0; nth < Number(COUNT); nth += 1) {
  const { server, publicOrigin } = await openService();
  const keyFile = join(FOLDER, `verifier-${HOST}-${nth}.key.json`);
  const verifier = await joinVerifier({ join: CREANCE_JOIN, keyFile, publicOrigin });
  await verifier.ready();
  serveVerified(server, verifier, () => ({ scopes: ['contacts:read'] }));
  origins.push(publicOrigin);
}
process.send?.(origins);
