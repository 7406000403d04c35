import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CreateJoinTokenRequest,
  CreateJoinTokenResponse,
  RegistryServiceService,
  type SessionKind,
} from '@creance/proto/wire';
import { Client, credentials } from '@grpc/grpc-js';
import { manifestOf } from './bench-manifest.js';

const command = join(
  dirname(createRequire(import.meta.url).resolve('@creance/broker')),
  '../../bin/creance.mjs',
);
const plain = (bytes: Buffer) => bytes;

/** Everything that was started and has not ended: a bench that fails leaves nothing behind. */
const running = new Set<ChildProcess>();
const folders = new Set<string>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone with the bench at the latest. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'creance-bench-'));
  folders.add(folder);
  return folder;
}

/** Looks after a process until it has ended. */
export function tended(child: ChildProcess): ChildProcess {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** A development broker for the bench, in a process of its own. */
export interface BenchBroker {
  readonly pid: number;
  readonly data: string;
  /** Milliseconds from its start to its first sentence. */
  readonly startMillis: number;
  /** Makes a join string that so many keys may redeem. */
  joinString(kind: 'workload' | 'verifier', name: string, uses?: number): Promise<string>;
  /** A call by the owner of the broker, over the socket. */
  operate(path: string, request: Uint8Array): Promise<Buffer>;
  /** Ends it; its folder stays where it was given. */
  stop(): Promise<void>;
}

/** How a broker is started. */
export interface BrokerStage {
  /** A folder that is kept; without one a fresh folder that goes with the broker. */
  readonly data?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Flags of Node, as for a profile. */
  readonly nodeFlags?: readonly string[];
}

/** Starts it. */
export async function startBroker(stage: BrokerStage = {}): Promise<BenchBroker> {
  const data = stage.data ?? scratchFolder();
  const file = join(data, 'creance.yaml');
  writeFileSync(file, manifestOf());
  const flags = ['--manifest', file, '--data', data, '--listen', '127.0.0.1:0'];
  const args = [...(stage.nodeFlags ?? []), command, 'dev', ...flags, '--log-level', 'error'];
  const startedAt = performance.now();
  const child = tended(
    spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...stage.environment },
    }),
  );
  await saysGrpc(child);
  const startMillis = performance.now() - startedAt;
  const { client, operate } = operatorOf(data);
  return {
    pid: child.pid ?? 0,
    data,
    startMillis,
    operate,
    joinString: (kind, name, uses = 1) => joinString(operate, { kind, name, uses }),
    async stop() {
      client.close();
      await ended(child);
      if (stage.data === undefined) rmSync(data, { recursive: true, force: true });
    },
  };
}

/** The way in of the owner of a broker's data folder, a call at a time by its path and bytes. */
export function operatorOf(data: string): {
  readonly client: Client;
  operate(path: string, request: Uint8Array): Promise<Buffer>;
} {
  const socket = `unix:${join(data, 'run', 'operator.sock')}`;
  const client = new Client(socket, credentials.createInsecure());
  return {
    client,
    operate: (path, request) =>
      new Promise((resolve, reject) => {
        const answer = (error: Error | null, reply?: Buffer) =>
          reply === undefined ? reject(error) : resolve(reply);
        client.makeUnaryRequest(path, plain, plain, Buffer.from(request), answer);
      }),
  };
}

/** Waits until a broker says where it listens. */
export async function saysGrpc(child: ChildProcess): Promise<void> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the broker did not start')));
    lines.on('line', (line) => line.includes('gRPC') && resolve());
  });
}

async function joinString(
  operate: BenchBroker['operate'],
  ask: { readonly kind: 'workload' | 'verifier'; readonly name: string; readonly uses: number },
): Promise<string> {
  const wireKind = { workload: 1, verifier: 2 } as const satisfies Record<string, SessionKind>;
  const request = { ...ask, kind: wireKind[ask.kind], lifetimeSeconds: 3_600, networks: [] };
  const { path } = RegistryServiceService.createJoinToken;
  const reply = await operate(path, CreateJoinTokenRequest.encode(request).finish());
  return CreateJoinTokenResponse.decode(reply).joinString;
}

/** Starts a built file of the bench and waits for its first message. */
export async function startPart<Ready>(
  name: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly child: ChildProcess; readonly ready: Ready }> {
  const file = join(import.meta.dirname, name);
  const child = tended(fork(file, { env: { ...process.env, ...environment } }));
  const [ready] = await Promise.race([
    once(child, 'message') as Promise<[Ready]>,
    once(child, 'exit').then(() => {
      throw new Error(`${name} did not start`);
    }),
  ]);
  return { child, ready };
}

/** Ends a process and waits until it is gone. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}
