import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { joinVerifier } from '@creance/verifier/grpc';
import { benchScope, sharedMillis } from './watch-stage.js';

/** What the host says: where its resources are, and when the broker has answered a report of one. */
export type HostMessage =
  | { readonly origins: readonly string[] }
  | { readonly resource: number; readonly answeredAtMillis: number };

// Hosts resources, each with a verifier of its own. The path names the action, and the answer says when
// the verifier had noted it.
const { JOINS = '', FOLDER = '.' } = process.env;
process.once('disconnect', () => process.exit());
const say = (message: HostMessage) => process.send?.(message);
const origins: string[] = [];
for (const [resource, joinText] of JOINS.split(' ').entries()) {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const publicOrigin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const verifier = await joinVerifier({
    join: joinText,
    keyFile: join(FOLDER, `verifier-${resource}.key.json`),
    publicOrigin,
    onEvent(event) {
      if (event.kind === 'reported') say({ resource, answeredAtMillis: sharedMillis() });
    },
  });
  await verifier.ready();
  server.on('request', async (request, response) => {
    const { method = '', url = '', headers } = request;
    const call = {
      method,
      pathname: url,
      authorization: headers.authorization ?? null,
      proof: (headers['dpop'] as string | undefined) ?? null,
    };
    const verified = await verifier.verifyCall(call, {
      scopes: [benchScope],
      action: url.slice(1),
      origin: { client: headers['user-agent'] },
    });
    response.setHeader('seen-at-millis', sharedMillis());
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
say({ origins });
