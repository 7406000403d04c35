import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64url, type SessionId } from '@creance/proto';
import {
  type ChannelCredentials,
  Client,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { authenticator } from '../../broker/src/attest/authenticate.js';
import { joinTokenAttestor } from '../../broker/src/attest/join-token.js';
import { keyAssertionAttestor } from '../../broker/src/attest/key-assertion.js';
import { isNetwork } from '../../broker/src/attest/networks.js';
import { createJoinToken } from '../../broker/src/commands/create-join-token.js';
import { cut } from '../../broker/src/commands/cut.js';
import { endSession } from '../../broker/src/commands/end-session.js';
import { issueToken } from '../../broker/src/commands/issue-token.js';
import { listSessions } from '../../broker/src/commands/list-sessions.js';
import { openSession } from '../../broker/src/commands/open-session.js';
import { renewSession } from '../../broker/src/commands/renew-session.js';
import type { MemberRef } from '../../broker/src/domain/registry.js';
import { Feed } from '../../broker/src/feed/feed.js';
import { openings } from '../../broker/src/feed/opening.js';
import { parseManifest } from '../../broker/src/manifest/index.js';
import { type Edge, type EdgeOptions, startEdge } from '../../broker/src/rpc/edge.js';
import type { EdgeCommands } from '../../broker/src/rpc/handlers.js';
import { systemClock } from '../../broker/src/runtime/clock.js';
import { systemEntropy } from '../../broker/src/runtime/entropy.js';
import { openSqliteStore } from '../../broker/src/store/index.js';
import type { Store } from '../../broker/src/store/store.js';
import { openKeys } from '../../broker/src/tokens/broker-keys.js';
import { openNonces } from '../../broker/src/tokens/nonces.js';
import { openProofJudge } from '../../broker/src/tokens/proof-judge.js';
import { openReplayMemory } from '../../broker/src/tokens/replay-memory.js';
import { RawClient, refusedOf, TestKey } from './raw-client.js';

/** Audience of the resource `crm`. */
export const edgeAudience = 'https://crm.example.internal';

const issuer = 'https://creance.example.internal';

/** One member of each kind, and an operator for each role. */
const manifest = `apiVersion: creance/v1
issuer: ${issuer}
owners:
  team: { contact: team@example.com }
resources:
  crm:
    audience: ${edgeAudience}
    scopes: { contacts:read: { access: read }, contacts:export: { access: export } }
workloads:
  triage:
    owner: team
    class: agent
    evidence: [{ kind: join-token }]
    grants:
      - { resource: crm, scopes: [contacts:read], lifetimeSeconds: 300 }
operators:
  viewer: { roles: [viewer] }
  registrar: { roles: [registrar] }
  policy: { roles: [policy] }
  security: { roles: [security] }
  keys: { roles: [keys] }
  auditor: { roles: [auditor] }
`;

/** A line that the edge has logged. */
export interface LogLine {
  readonly level: 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** A session that a test has opened, with the key that speaks for it. */
export interface OpenedByTest {
  readonly id: SessionId;
  readonly key: TestKey;
}

/** What a test may set otherwise. */
export interface TestEdgeOptions {
  readonly limits?: NonNullable<EdgeOptions['limits']>;
  readonly tls?: NonNullable<EdgeOptions['tls']>;
  readonly devSocket?: boolean;
  /** Wraps the verbs, to inject what real ones do not do. */
  readonly commands?: (commands: EdgeCommands) => EdgeCommands;
}

/** A real edge over real parts, on loopback, in a folder of its own. */
export class TestEdge {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'creance-edge-'));
  readonly log: LogLine[] = [];
  /** Bounds that were hit, and outcomes of calls, in order. */
  readonly hits: string[] = [];
  readonly outcomes: { readonly method: string; readonly outcome: string }[] = [];
  readonly #options: TestEdgeOptions;
  readonly #clients: { close(): void }[] = [];
  #parts: Parts | undefined;
  #port = 0;

  private constructor(options: TestEdgeOptions) {
    this.#options = options;
  }

  static async start(options: TestEdgeOptions = {}): Promise<TestEdge> {
    const edge = new TestEdge(options);
    await edge.up();
    return edge;
  }

  get edge(): Edge {
    return this.#running.edge;
  }

  get store(): Store {
    return this.#running.store;
  }

  get feed(): Feed {
    return this.#running.feed;
  }

  get commands(): EdgeCommands {
    return this.#running.commands;
  }

  get port(): number {
    return this.#port;
  }

  get origin(): string {
    return `http${this.#options.tls === undefined ? '' : 's'}://127.0.0.1:${this.#port}`;
  }

  get devSocketPath(): string {
    return join(this.folder, 'run', 'operator.sock');
  }

  /** A client with a connection of its own. */
  client(): RawClient {
    const client = new RawClient(this.origin);
    this.#clients.push(client);
    return client;
  }

  /** A join string for a member. */
  async joinString(member: MemberRef): Promise<string> {
    const caller = { kind: 'dev-owner' as const };
    const call = { requestId: 'test', now: systemClock.now(), address: '', caller };
    const ask = { member, uses: 1, lifetimeSeconds: 0, networks: [] };
    const made = await this.commands.createJoinToken(ask, call);
    if (!made.ok) throw new Error(made.error.reason);
    return made.value.joinString;
  }

  /** The nonce that proofs need now. */
  nonce(): string {
    return this.#running.nonce();
  }

  /** A fresh proof for a call; `more` overrides claims. */
  proof(path: string, request: Uint8Array, key: TestKey, more: object = {}): string {
    const digest = createHash('sha256').update(request).digest('base64');
    return key.jws('dpop+jwt', {
      jti: randomUUID(),
      htm: 'POST',
      htu: this.origin + path,
      iat: Math.floor(Date.now() / 1_000),
      nonce: this.nonce(),
      content_digest: `sha-256=:${digest}:`,
      ...more,
    });
  }

  /** A connection that sends what it is given; over the socket of the development owner on request. */
  wire(over: 'tcp' | 'socket' = 'tcp'): Wire {
    const target = over === 'tcp' ? `127.0.0.1:${this.#port}` : `unix:${this.devSocketPath}`;
    const wire = new Wire(target);
    this.#clients.push(wire);
    return wire;
  }

  /** Opens a session of a member, over the wire. */
  async session(member: MemberRef, client: RawClient = this.client()): Promise<OpenedByTest> {
    const key = new TestKey();
    const opened = await client.open(await this.joinString(member), new TestKey(), key, true);
    return { id: encodeBase64url(opened.sessionId) as SessionId, key };
  }

  /** Stops what runs and starts it again on the same port and data: what was in memory is gone. */
  async restart(): Promise<void> {
    await this.down();
    await this.up();
  }

  async up(): Promise<void> {
    this.#parts = await this.#start();
    this.#port = this.#parts.edge.port;
  }

  async down(): Promise<void> {
    const { edge, store } = this.#running;
    this.#parts = undefined;
    await edge.drain();
    await store.close();
  }

  async dispose(): Promise<void> {
    for (const client of this.#clients) client.close();
    if (this.#parts !== undefined) await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #running(): Parts {
    if (this.#parts === undefined) throw new Error('the edge is down');
    return this.#parts;
  }

  async #start(): Promise<Parts> {
    const { limits, tls, devSocket, commands: wrap = (commands) => commands } = this.#options;
    const parts = openParts(this.folder, () => this.origin);
    const { feed, behind, store } = parts;
    const commands = wrap(behind.commands);
    const started = await startEdge({
      ...behind,
      commands,
      feed,
      listen: { host: '127.0.0.1', port: this.#port },
      meters: {
        request: (method, outcome) => this.outcomes.push({ method, outcome }),
        limitHit: (limit) => this.hits.push(limit),
        logRow() {},
        subscriberLetGo() {},
      },
      logger: {
        warn: (fields, text) => this.#note('warn', fields, text),
        error: (fields, text) => this.#note('error', fields, text),
      },
      ...(limits && { limits }),
      ...(tls && { tls }),
      ...(devSocket && { devSocketPath: this.devSocketPath }),
    });
    if (!started.ok) throw new Error(started.error.lines.join('\n'));
    return { edge: started.value, store, feed, commands, nonce: () => behind.judge.nonce() };
  }

  #note(level: LogLine['level'], fields: object, text: string): void {
    this.log.push({ level, fields: fields as LogLine['fields'], text });
  }
}

interface Parts {
  readonly edge: Edge;
  readonly store: Store;
  readonly feed: Feed;
  readonly commands: EdgeCommands;
  readonly nonce: () => string;
}

/** How a call ended: `ok`, the reason of its ErrorInfo, or `grpc:` and the status where there is none. */
export interface WireEnd {
  readonly reason: string;
  readonly reply: Buffer | undefined;
  readonly error: ServiceError | undefined;
}

/** A connection of its own that sends any bytes with any metadata. */
export class Wire {
  readonly #client: Client;

  constructor(target: string, tls: ChannelCredentials = credentials.createInsecure()) {
    this.#client = new Client(target, tls, {
      'grpc.enable_channelz': 0,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_send_message_length': -1,
    });
  }

  /** Any kind of method: resolves with its first reply or its end, and leaves it there. */
  send(
    path: string,
    request: Uint8Array,
    entries: Entries,
    deadlineMillis?: number,
  ): Promise<WireEnd> {
    const metadata = new Metadata();
    for (const [name, value] of entries) metadata.add(name, value);
    const plain = (bytes: Buffer) => bytes;
    const deadline = deadlineMillis === undefined ? {} : { deadline: Date.now() + deadlineMillis };
    const bytes = Buffer.from(request);
    const call = this.#client.makeServerStreamRequest(
      path,
      plain,
      plain,
      bytes,
      metadata,
      deadline,
    );
    return new Promise((resolve) => {
      call.on('data', (reply: Buffer) => {
        resolve({ reason: 'ok', reply, error: undefined });
        call.cancel();
      });
      call.on('error', (error: ServiceError) => {
        const { reason } = refusedOf(error);
        resolve({ reason, reply: undefined, error });
      });
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** Metadata in order; a name may come twice. */
export type Entries = readonly (readonly [string, string])[];

/** The rooms behind the edge, as broker.ts joins them. */
function openParts(folder: string, publicOrigin: () => string) {
  const [clock, entropy] = [systemClock, systemEntropy()];
  const parsed = parseManifest(manifest, 'creance.yaml', { dev: false });
  if (!parsed.ok) throw new Error('the manifest of the test is faulty');
  const registry = parsed.value;
  const identity = { issuer, dev: false };
  const keys = openKeys(join(folder, 'keys'), identity, clock.now());
  const opened = openSqliteStore({ directory: folder, identity, clock });
  if (!keys.ok || !opened.ok) throw new Error('keys or store do not open');
  const store = opened.value;
  const { feed: feedKey, anchor, ring } = keys.value;
  const feed = new Feed({ issuer, signer: feedKey, clock, store, onOverflow() {} });
  const nonces = openNonces(entropy);
  const replays = openReplayMemory(65);
  const judge = openProofJudge({ publicOrigin, clock, nonces, replays });
  const assertions = { issuer, clock, nonces, replays };
  const attestors = {
    'join-token': joinTokenAttestor(store, assertions),
    'key-assertion': keyAssertionAttestor(store, assertions),
  };
  const commands: EdgeCommands = {
    openSession: openSession({ registry, store, entropy, attestors }),
    issueToken: issueToken({ issuer, registry, store, ring, entropy }),
    renewSession: renewSession(store),
    endSession: endSession(store),
    cut: cut(store, () => feed.subscribers().length),
    listSessions: listSessions(store),
    createJoinToken: createJoinToken({
      registry,
      store,
      entropy,
      isNetwork,
      issuer,
      publicOrigin,
      anchor: anchor.keyId,
      loopbackOnly: true,
    }),
  };
  const behind = {
    judge,
    registry,
    clock,
    entropy,
    commands,
    authenticate: authenticator({ judge, store, registry }),
    openings: openings({
      issuer,
      dev: false,
      anchor,
      feed: feedKey,
      now: () => clock.now(),
    }),
  };
  return { feed, store, behind };
}
