import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CreateJoinTokenRequest,
  CreateJoinTokenResponse,
  CutRequest,
  CutResponse,
  SessionKind,
} from '@creance/proto/wire';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { refusedOf } from './refused.js';

/** Path of the `creance` command. */
export const creanceCommand: string = join(
  dirname(createRequire(import.meta.url).resolve('@creance/broker')),
  '../../bin/creance.mjs',
);

/** Audience of the resource `crm` in the manifest of tests. */
export const crmAudience = 'https://crm.example.internal';

/** A manifest with one resource and one workload; a test may bring its own. */
const testManifest: string = `apiVersion: creance/v1
owners:
  team: { contact: team@example.com }
resources:
  crm:
    audience: ${crmAudience}
    scopes: { contacts:read: { access: read }, contacts:export: { access: export } }
workloads:
  triage:
    owner: team
    class: agent
    evidence: [{ kind: join-token }]
    grants:
      - { resource: crm, scopes: [contacts:read], lifetimeSeconds: 300 }
operators:
  oncall: { roles: [viewer, registrar, security, auditor] }
`;

/** A development broker in a process of its own, on a data folder that outlives it. */
export class BrokerProcess {
  readonly data: string;
  readonly #manifest: string;
  #child: ChildProcess | undefined;
  #address = '';

  /** What it has written so far, on both streams. */
  output = '';
  readonly #logLevel: string;

  readonly #environment: NodeJS.ProcessEnv;

  constructor(
    manifest: string = testManifest,
    logLevel = 'warn',
    environment: NodeJS.ProcessEnv = {},
  ) {
    this.#logLevel = logLevel;
    this.#environment = environment;
    this.data = mkdtempSync(join(tmpdir(), 'creance-'));
    this.#manifest = join(this.data, 'creance.yaml');
    writeFileSync(this.#manifest, manifest);
  }

  /** Origin of the broker once it is up; the same after a restart. */
  get address(): string {
    return this.#address;
  }

  /** The number of its process. Throws when none runs: 0 would be whoever asks. */
  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('no broker runs');
    return this.#child.pid;
  }

  /** Resolves with the exit code once it ends by itself. */
  async ended(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    return new Promise((resolve) => child.once('exit', resolve));
  }

  /** Starts it, with more flags than the usual ones, and gives the milliseconds until it was ready. */
  async start(...flags: readonly string[]): Promise<number> {
    const startedAt = performance.now();
    const listen = this.#address === '' ? '127.0.0.1:0' : new URL(this.#address).host;
    const args = [
      creanceCommand,
      'dev',
      '--manifest',
      this.#manifest,
      '--data',
      this.data,
      '--listen',
      listen,
      '--http-listen',
      '127.0.0.1:0',
      '--log-level',
      this.#logLevel,
      ...flags,
    ];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#environment },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => {
        this.output += text;
      });
    }
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) =>
        reject(new Error(`the broker ended with ${code}: ${this.output}`)),
      );
      createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on(
        'line',
        (line) => {
          const match = /gRPC\s+(http:\/\/\S+)/.exec(line);
          if (match === null) return;
          this.#address = match[1] ?? '';
          resolve();
        },
      );
    });
    return performance.now() - startedAt;
  }

  /** Puts another manifest in place and has it read; a faulty one changes nothing. */
  reload(manifest: string): void {
    writeFileSync(this.#manifest, manifest);
    this.#child?.kill('SIGHUP');
  }

  /** Ends it by a signal and waits until it is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  /** Ends it and removes its data. */
  async dispose(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.data, { recursive: true, force: true });
  }

  /** A join string, asked for over the operator's socket. */
  async joinString(
    kind: 'workload' | 'verifier' | 'operator',
    name: string,
    uses = 1,
  ): Promise<string> {
    const kinds = {
      workload: SessionKind.SESSION_KIND_WORKLOAD,
      verifier: SessionKind.SESSION_KIND_VERIFIER,
      operator: SessionKind.SESSION_KIND_OPERATOR,
    };
    const request = { kind: kinds[kind], name, uses, lifetimeSeconds: 0, networks: [] };
    const bytes = CreateJoinTokenRequest.encode(request).finish();
    const reply = await this.operatorCall('RegistryService/CreateJoinToken', bytes);
    return CreateJoinTokenResponse.decode(reply).joinString;
  }

  /** Cuts a session, over the operator's socket. */
  async cut(sessionId: Uint8Array, reason = 'a test'): Promise<CutResponse> {
    const target = { $case: 'sessionId' as const, value: Buffer.from(sessionId) };
    const bytes = CutRequest.encode({ target, reason }).finish();
    return CutResponse.decode(await this.operatorCall('OperatorService/Cut', bytes));
  }

  /** Any call over the operator's socket. */
  operatorCall(method: string, request: Uint8Array): Promise<Buffer> {
    const socket = `unix:${join(this.data, 'run', 'operator.sock')}`;
    const client = new Client(socket, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
    const plain = (bytes: Buffer) => bytes;
    return new Promise<Buffer>((resolve, reject) => {
      const answer = (error: ServiceError | null, reply?: Buffer) =>
        error === null && reply !== undefined
          ? resolve(reply)
          : reject(refusedOf(error as ServiceError));
      const options = { deadline: Date.now() + 5_000 };
      client.makeUnaryRequest(
        `/creance.v1.${method}`,
        plain,
        plain,
        Buffer.from(request),
        options,
        answer,
      );
    }).finally(() => client.close());
  }
}
