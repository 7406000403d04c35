import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { play as playStolenToken } from './03-stolen-token/play.js';
import { play as playResourceServer } from './04-resource-server/play.js';
import { play as playEvents } from './05-events/play.js';
import { builtFile } from './lib/processes.js';
import { openStage, type ServiceName, type Stage } from './lib/stage.js';

/** An example: the services that it needs, and the way to play it on a stage. */
interface Example {
  readonly services: readonly ServiceName[];
  play(stage: Stage): Promise<void>;
}

const examples: Readonly<Record<string, Example>> = {
  '01-first-token': {
    services: ['crm'],
    play: async (stage) =>
      run('01-first-token/main.js', {
        CREANCE_JOIN: await stage.joinString('support-triage'),
        CRM_URL: stage.service('crm').origin,
      }),
  },
  '02-delegate': {
    services: ['crm', 'mail'],
    play: async (stage) =>
      run('02-delegate/main.js', {
        CREANCE_JOIN: await stage.joinString('orchestrator'),
        MAIL_WRITER_JOIN: await stage.joinString('mail-writer'),
        CRM_URL: stage.service('crm').origin,
        MAIL_URL: stage.service('mail').origin,
      }),
  },
  '03-stolen-token': { services: ['crm'], play: playStolenToken },
  '04-resource-server': { services: ['crm', 'tickets'], play: playResourceServer },
  '05-events': { services: [], play: playEvents },
};

const name = process.argv[2] ?? '';
const example = Object.hasOwn(examples, name) ? examples[name] : undefined;
if (example === undefined) {
  console.error(
    `npm run example -- <name>, where name is one of: ${Object.keys(examples).join(', ')}`,
  );
  process.exit(2);
}

const data = mkdtempSync(join(tmpdir(), 'creance-'));
const services = Object.fromEntries(example.services.map((service) => [service, {}]));
const stage = await openStage({ data, listen: '127.0.0.1:0', services });
try {
  await example.play(stage);
} finally {
  await stage.stop();
  rmSync(data, { recursive: true });
}

/** Runs a file of an example as a process of its own. */
async function run(file: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [builtFile(file)], { env, stdio: 'inherit' });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`${file} ended with ${code}`);
}
