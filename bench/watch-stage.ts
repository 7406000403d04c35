import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CreateJoinTokenRequest,
  CreateJoinTokenResponse,
  OperatorServiceService,
  RegistryServiceService,
  type SessionKind,
  SuggestEnvelopeRequest,
  SuggestEnvelopeResponse,
} from '@creance/proto/wire';
import { ended, operatorOf, saysGrpc } from './stage.js';

const command = join(
  dirname(createRequire(import.meta.url).resolve('@creance/broker')),
  '../../bin/creance.mjs',
);
const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, nth) => `${name}-${nth}`);

/** What the broker of a bench of the watch knows, and what it can do. */
export interface WatchPlace {
  readonly workloads: number;
  readonly resources: number;
  /** Actions of each resource and how much they can do; the same at all of them. */
  readonly actions: Readonly<Record<string, string>>;
}

/** Name of a resource of the bench. */
export function resourceName(nth: number): string {
  return `resource-${nth}`;
}

/** Audience of a resource of the bench. */
export function audienceOf(nth: number): string {
  return `https://${resourceName(nth)}.example.internal`;
}

/** Name of a workload of the bench. */
export function workloadName(nth: number): string {
  return `watched-${nth}`;
}

/** The one scope of every resource of the bench: actions there are named apart, not scoped apart. */
export const benchScope = 'records:read';

function manifestOf({ workloads, resources, actions }: WatchPlace): string {
  const scopes = { [benchScope]: { access: 'read' } };
  const grants = numbered('resource', resources).map((resource) => ({
    resource,
    scopes: [benchScope],
    lifetimeSeconds: 300,
  }));
  const of = <T>(count: number, make: (nth: number) => readonly [string, T]) =>
    Object.fromEntries(Array.from({ length: count }, (_, nth) => make(nth)));
  return JSON.stringify({
    apiVersion: 'creance/v1',
    owners: of(workloads, (nth) => [`owner-${nth}`, { contact: 'bench@example.com' }]),
    resources: of(resources, (nth) => [
      resourceName(nth),
      { audience: audienceOf(nth), scopes, actions },
    ]),
    workloads: of(workloads, (nth) => [
      workloadName(nth),
      { owner: `owner-${nth}`, class: 'agent', evidence: [{ kind: 'join-token' }], grants },
    ]),
  });
}

/** What the watch has decided about a session, as the broker's log says it. */
export interface DecidedLine {
  readonly session: string;
  readonly level: string;
  readonly done: string;
  readonly because?: string;
  /** When the line was read here: milliseconds of the machine's monotonic clock. */
  readonly readAtMillis: number;
}

/** A development broker whose watch is what counts, in a process of its own. */
export interface WatchBroker {
  readonly pid: number;
  readonly data: string;
  /** Makes a join string that so many keys may redeem. */
  joinString(kind: 'workload' | 'verifier', name: string, uses: number): Promise<string>;
  /** Calm sessions that have taught a workload. */
  sessionsLearned(workload: string): Promise<number>;
  /** A call by the owner of the broker, over the socket. */
  operate(path: string, request: Uint8Array): Promise<Buffer>;
  stop(): Promise<void>;
}

/** Milliseconds of the clock that all processes of the machine share (CLOCK_MONOTONIC). */
export function sharedMillis(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Starts it on an empty folder; tells what the watch decides. */
export async function startWatchBroker(
  place: WatchPlace,
  onDecided: (line: DecidedLine) => void = () => {},
): Promise<WatchBroker> {
  const data = mkdtempSync(join(tmpdir(), 'creance-bench-'));
  const file = join(data, 'creance.yaml');
  writeFileSync(file, manifestOf(place));
  const flags = ['--manifest', file, '--data', data, '--listen', '127.0.0.1:0'];
  const child = spawn(process.execPath, [command, 'dev', ...flags, '--log-level', 'warn'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A bench that fails leaves no broker behind.
  process.once('exit', () => child.kill());
  createInterface({ input: child.stderr }).on('line', (line) => readLine(line, onDecided));
  await saysGrpc(child);
  const { client, operate } = operatorOf(data);
  return {
    pid: child.pid ?? 0,
    data,
    operate,
    async joinString(kind, name, uses) {
      const wireKind = { workload: 1, verifier: 2 } as const satisfies Record<string, SessionKind>;
      const ask = { kind: wireKind[kind], name, uses, lifetimeSeconds: 600, networks: [] };
      const { path } = RegistryServiceService.createJoinToken;
      const reply = await operate(path, CreateJoinTokenRequest.encode(ask).finish());
      return CreateJoinTokenResponse.decode(reply).joinString;
    },
    async sessionsLearned(workload) {
      const { path } = OperatorServiceService.suggestEnvelope;
      const ask = SuggestEnvelopeRequest.encode({ workload }).finish();
      // While too few have taught it to be known, the broker refuses to say.
      const reply = await operate(path, ask).catch(() => Buffer.alloc(0));
      return SuggestEnvelopeResponse.decode(reply).sessionsLearned;
    },
    async stop() {
      client.close();
      await ended(child);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

const errorLevel = 50;

function readLine(line: string, onDecided: (line: DecidedLine) => void): void {
  const readAtMillis = sharedMillis();
  if (!line.startsWith('{')) return;
  const said = JSON.parse(line);
  if (said.msg === 'watch decided') onDecided({ ...said, readAtMillis });
  else if (said.level >= errorLevel) console.error(line);
}
