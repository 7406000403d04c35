import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const command = join(
  dirname(createRequire(import.meta.url).resolve('@creance/broker')),
  '../../bin/creance.mjs',
);

/** Workloads of the bench: many, each with an owner of its own, so that no rate of one is what counts. */
export const workloads: readonly string[] = Array.from({ length: 8 }, (_, nth) => `bench-${nth}`);

/** Audience of the bench's resource. */
export const audience = 'https://crm.example.internal';

const manifest = `apiVersion: creance/v1
owners:
${workloads.map((name) => `  owner-${name}: { contact: bench@example.com }`).join('\n')}
resources:
  crm:
    audience: ${audience}
    scopes: { contacts:read: { access: read } }
workloads:
${workloads
  .map(
    (name) => `  ${name}:
    owner: owner-${name}
    class: agent
    evidence: [{ kind: join-token }]
    grants: [{ resource: crm, scopes: [contacts:read], lifetimeSeconds: 300 }]`,
  )
  .join('\n')}
`;

/** A development broker for the bench, in a process of its own. */
export interface BenchBroker {
  readonly pid: number;
  readonly data: string;
  creance(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Starts it on an empty folder. */
export async function startBroker(): Promise<BenchBroker> {
  const data = mkdtempSync(join(tmpdir(), 'creance-bench-'));
  const file = join(data, 'creance.yaml');
  writeFileSync(file, manifest);
  const args = [
    'dev',
    '--manifest',
    file,
    '--data',
    data,
    '--listen',
    '127.0.0.1:0',
    '--log-level',
    'error',
  ];
  const child = spawn(process.execPath, [command, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the broker did not start')));
    lines.on('line', (line) => line.includes('gRPC') && resolve());
  });
  return {
    pid: child.pid ?? 0,
    data,
    creance: async (...words) =>
      (await run(process.execPath, [command, ...words, '--data', data])).stdout.trim(),
    async stop() {
      await ended(child);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Starts a built file of the bench and waits for its first message. */
export async function startPart<Ready>(
  name: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly child: ChildProcess; readonly ready: Ready }> {
  const child = fork(join(import.meta.dirname, name), { env: { ...process.env, ...environment } });
  const [ready] = (await once(child, 'message')) as [Ready];
  return { child, ready };
}

/** Ends a process and waits until it is gone. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}
