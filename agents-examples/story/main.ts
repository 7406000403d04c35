import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openNarrator } from './narrator.js';
import { openScene, PortTaken } from './open.js';
import { play } from './play.js';
import type { Scene } from './scene.js';

const { values } = parseArgs({
  options: {
    /** End after the story. */
    once: { type: 'boolean', default: false },
    data: { type: 'string', default: './creance-data' },
    listen: { type: 'string', default: '127.0.0.1:7420' },
    /** Where the contacts service is reached; 0 takes a free port. */
    port: { type: 'string', default: '7430' },
  },
});

const narrator = openNarrator();
const { data, listen } = values;
const scene = await openScene({ data, listen, port: Number(values.port) }, narrator).catch(
  portTaken,
);
try {
  await play(scene);
  if (!narrator.allGood) process.exitCode = 1;
  if (!values.once && narrator.allGood) await keepRunning(scene);
} finally {
  await scene.close();
}

function portTaken(error: Error): never {
  if (!(error instanceof PortTaken)) throw error;
  console.error(`${error.message}: npm start -- --port 0 takes a free one`);
  process.exit(78);
}

async function keepRunning({ stage }: Scene): Promise<void> {
  const cli = 'npm run creance --';
  console.log(`
Everything goes on running; Ctrl-C stops it.
  broker    ${stage.broker.origin}
  contacts  ${stage.service('crm').origin}/contacts
  mail      ${stage.service('mail').origin}/mails
  tickets   ${stage.service('tickets').origin}, gRPC
  data      ${join(stage.data, 'creance.db')} (kept)
  manifest  agents-examples/story/creance.yaml

Type next, in another terminal:
  ${cli} session tree
  ${cli} join-token create --workload support-triage
  ${cli} cut --workload support-triage --reason "trying it out"
  ${cli} envelope suggest case-worker
  ${cli} audit verify
  npm run example -- 02-delegate`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
