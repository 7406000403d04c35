import { join } from 'node:path';
import { joinVerifier } from '@creance/verifier/grpc';
import { openService, serveVerified } from './verified-service.js';
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
  const { server, publicOrigin } = await openService();
  const verifier = await joinVerifier({
    join: joinText,
    keyFile: join(FOLDER, `verifier-${resource}.key.json`),
    publicOrigin,
    onEvent(event) {
      if (event.kind === 'reported') say({ resource, answeredAtMillis: sharedMillis() });
    },
  });
  await verifier.ready();
  serveVerified(
    server,
    verifier,
    ({ url = '', headers }) => ({
      scopes: [benchScope],
      action: url.slice(1),
      origin: { client: headers['user-agent'] },
    }),
    (response) => void response.setHeader('seen-at-millis', sharedMillis()),
  );
  origins.push(publicOrigin);
}
say({ origins });
