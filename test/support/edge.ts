import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64url, type SessionId } from '@creance/proto';
import type { Witness } from '../../broker/src/detect/witness.js';
import type { MemberRef } from '../../broker/src/domain/registry.js';
import { quietMeters } from '../../broker/src/doubles/meters.js';
import type { EdgeParts } from '../../broker/src/edge-parts.js';
import type { RunningEvents } from '../../broker/src/event-parts.js';
import type { Feed } from '../../broker/src/feed/feed.js';
import { type Edge, type EdgeOptions, startEdge } from '../../broker/src/rpc/edge.js';
import type { EdgeCommands } from '../../broker/src/rpc/edge-commands.js';
import { systemClock } from '../../broker/src/runtime/clock.js';
import type { Store } from '../../broker/src/store/store.js';
import { openParts } from './edge-parts.js';
import { nextNumber, RawClient } from './raw-client.js';
import { TestKey } from './test-key.js';
import { Wire } from './wire.js';

export { edgeAudience } from './edge-parts.js';
export { type Entries, Wire } from './wire.js';

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
  /** Another manifest, for the same issuer. */
  readonly manifest?: string;
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

  get events(): RunningEvents {
    return this.#running.events;
  }

  get commands(): EdgeCommands {
    return this.#running.commands;
  }

  /** The rooms behind it, for tests that put another front before them. */
  get behind(): EdgeParts {
    return this.#running.behind;
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
      ctr: nextNumber(key),
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
    const { edge, store, witness, events } = this.#running;
    this.#parts = undefined;
    await edge.drain();
    events.close();
    await witness.close();
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
    const logger = {
      debug() {},
      info() {},
      warn: (fields: object, text: string) => this.#note('warn', fields, text),
      error: (fields: object, text: string) => this.#note('error', fields, text),
    };
    const meters = {
      ...quietMeters,
      request: (method: string, outcome: string) => void this.outcomes.push({ method, outcome }),
      limitHit: (limit: string) => void this.hits.push(limit),
    };
    const { feed, behind, store, events } = openParts(
      this.folder,
      () => this.origin,
      { meters, logger },
      this.#options.manifest,
    );
    const commands = wrap(behind.commands);
    const started = await startEdge({
      ...behind,
      commands,
      feed,
      events: events.hub,
      listen: { host: '127.0.0.1', port: this.#port },
      logger,
      ...(limits && { limits }),
      ...(tls && { tls }),
      ...(devSocket && { devSocketPath: this.devSocketPath }),
    });
    if (!started.ok) throw new Error(started.error.lines.join('\n'));
    const { judge, witness } = behind;
    return {
      edge: started.value,
      behind,
      store,
      events,
      feed,
      commands,
      witness,
      nonce: () => judge.nonce(),
    };
  }

  #note(level: LogLine['level'], fields: object, text: string): void {
    this.log.push({ level, fields: fields as LogLine['fields'], text });
  }
}

interface Parts {
  readonly edge: Edge;
  readonly behind: EdgeParts;
  readonly store: Store;
  readonly feed: Feed;
  readonly events: RunningEvents;
  readonly commands: EdgeCommands;
  readonly witness: Witness;
  readonly nonce: () => string;
}
