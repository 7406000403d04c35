import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJoinString } from '@creance/proto';
import { connect } from '@creance/sdk';
import type { JWTPayload } from 'jose';
import { freePort } from '../lib/free-port.js';
import { creance, sourceFile } from '../lib/processes.js';
import type { Stage } from '../lib/stage.js';
import { receiver } from './receiver.js';

const reason = ['--reason', 'the example looks stolen'] as const;

/** Names a receiver in the manifest, then holds and cuts a session: what is pushed is verified and printed. */
export async function play(stage: Stage): Promise<void> {
  const port = await freePort();
  const audience = `http://127.0.0.1:${port}/events`;
  const keySet = `${stage.httpOrigin}/.well-known/jwks.json`;
  const events: JWTPayload[] = [];
  const joinString = await stage.joinString('support-triage');
  // A development broker makes its own; elsewhere it stands in the manifest.
  const issuer = parseJoinString(joinString)?.issuer ?? '';
  const listening = receiver({ keySet, issuer, audience }, (event) => {
    events.push(event);
    listening.emit('told');
  });
  listening.listen(port, '127.0.0.1');
  await once(listening, 'listening');

  await creance('apply', manifestWith(stage, audience), '--data', stage.data, '--yes', ...reason);
  const client = await connect({ join: joinString });
  const { id } = await client.session();
  for (const verb of ['suspend', 'cut']) {
    const told = once(listening, 'told');
    await creance(verb, '--data', stage.data, '--session', id, ...reason);
    await told;
  }
  for (const event of events) console.log(lineOf(event));
  await client.close();
  listening.closeAllConnections();
  listening.close();
}

/** The story's manifest with a receiver for its owner. This one is on the machine itself, which has to be said. */
function manifestWith({ data }: Stage, url: string): string {
  const file = join(data, 'with-receiver.yaml');
  const owner = 'escalation: security@example.com';
  const notify = `notify: { contact: { url: "${url}", allowPrivate: true } }`;
  const text = readFileSync(sourceFile('story/creance.yaml'), 'utf8');
  writeFileSync(file, text.replace(owner, `${owner}\n    ${notify}`));
  return file;
}

function lineOf({ events }: JWTPayload): string {
  const [[uri, event] = ['', {}]] = Object.entries(
    events as Record<string, { reason_admin?: { en: string } }>,
  );
  return `${uri}\n  ${event.reason_admin?.en}`;
}
