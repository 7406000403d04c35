import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { play as playResourceServer } from './04-resource-server/play.js';
import { freePort } from './lib/free-port.js';
import { builtFile } from './lib/processes.js';
import { openStage, type Stage } from './lib/stage.js';

/** The examples by name, each with the way to play it on a stage. */
const examples: Readonly<Record<string, (stage: Stage, data: string) => Promise<void>>> = {
  '01-first-token': (stage) => runAgent(stage, '01-first-token/main.js'),
  '04-resource-server': playResourceServer,
};

const name = process.argv[2] ?? '';
const play = Object.hasOwn(examples, name) ? examples[name] : undefined;
if (play === undefined) {
  console.error(
    `npm run example -- <name>, where name is one of: ${Object.keys(examples).join(', ')}`,
  );
  process.exit(2);
}

const data = mkdtempSync(join(tmpdir(), 'creance-'));
const stage = await openStage({ data, listen: '127.0.0.1:0', servicePort: await freePort() });
try {
  await play(stage, data);
} finally {
  await stage.stop();
  rmSync(data, { recursive: true });
}

async function runAgent({ joinString, serviceOrigin }: Stage, file: string): Promise<void> {
  const env = { ...process.env, CREANCE_JOIN: await joinString(), CRM_URL: serviceOrigin };
  const agent = spawn(process.execPath, [builtFile(file)], { env, stdio: 'inherit' });
  const code = await new Promise((resolve) => agent.once('exit', resolve));
  if (code !== 0) throw new Error(`${file} ended with ${code}`);
}
