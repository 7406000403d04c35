import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../lib/free-port.js';
import { openStage, type Stage } from '../lib/stage.js';
import { openLeakyProxy } from './leaky-proxy.js';
import { openNarrator } from './narrator.js';
import { play } from './play.js';

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
narrator.chapter('Creance: the story so far');
const frontPort = Number(values.port) || (await freePort());
const servicePort = await freePort();
const frontOrigin = `http://127.0.0.1:${frontPort}`;
const plan = { data: values.data, listen: values.listen, servicePort, publicOrigin: frontOrigin };

const proxy = await openLeakyProxy(frontPort, servicePort).catch(portTaken);
const stage = await openStage(plan);
narrator.line(
  'a broker starts on the embedded store',
  stage.brokerOrigin,
  stage.broker.readyMillis,
  true,
);
narrator.line(
  'a contacts service joins as a verifier',
  frontOrigin,
  stage.service.readyMillis,
  true,
);

let broker = stage.broker;
try {
  broker = await play({ stage, proxy, frontOrigin, data: values.data, narrator });
  if (!narrator.allGood) process.exitCode = 1;
  if (!values.once && narrator.allGood) await keepRunning(stage);
} finally {
  proxy.close();
  await stage.service.stop();
  await broker.stop();
}

function portTaken(error: NodeJS.ErrnoException): never {
  console.error(
    `port ${frontPort} cannot be used (${error.code}): npm start -- --port 0 takes a free one`,
  );
  process.exit(78);
}

async function keepRunning({ brokerOrigin }: Stage): Promise<void> {
  const cli = 'npm run creance --';
  console.log(`
Everything goes on running; Ctrl-C stops it.
  broker    ${brokerOrigin}
  contacts  ${frontOrigin}/contacts
  data      ${join(values.data, 'creance.db')} (kept)
  manifest  agents-examples/story/creance.yaml

Type next, in another terminal:
  ${cli} session ls
  ${cli} join-token create --workload support-triage
  ${cli} cut --before now --reason "trying it out"
  ${cli} audit verify
  npm run example -- 01-first-token`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
