import { join } from 'node:path';
import { openNarrator } from './narrator.js';
import { openScene } from './open.js';
import { readAsk, type StoryAsk, usage } from './place.js';
import { play } from './play.js';
import type { Scene } from './scene.js';

/** sysexits.h: EX_USAGE, EX_CONFIG. */
const exitUsage = 64;
const exitNotStarted = 78;

const ask = readAsk(process.argv.slice(2));
if (ask === 'help') console.log(usage);
else if ('fault' in ask) leave(`${ask.fault}\n${usage}`, exitUsage);
else await tell(ask);

async function tell({ once, ...place }: StoryAsk): Promise<void> {
  const narrator = openNarrator();
  // Whoever starts it wants the reason, not where in our code it came to light.
  const scene = await openScene(place, narrator).catch((error: Error) =>
    leave(`the story did not start: ${error.message}`, exitNotStarted),
  );
  try {
    await play(scene);
    if (!narrator.allGood) process.exitCode = 1;
    if (!once && narrator.allGood) await keepRunning(scene);
  } finally {
    await scene.close();
  }
}

function leave(sentence: string, code: number): never {
  console.error(sentence);
  process.exit(code);
}

async function keepRunning({ stage }: Scene): Promise<void> {
  const cli = 'npm run creance --';
  console.log(`
Everything goes on running; Ctrl-C stops it.
  broker    ${stage.broker.origin}, HTTP ${stage.httpOrigin}
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
