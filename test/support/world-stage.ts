import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SessionId } from '@creance/proto';
import Database from 'better-sqlite3';
import type { Registry } from '../../broker/src/domain/registry.js';
import type { Level } from '../../broker/src/domain/risk.js';
import { seededEntropy } from '../../broker/src/doubles/seeded-entropy.js';
import { startHousekeeping } from '../../broker/src/housekeeping.js';
import type { Entropy } from '../../broker/src/runtime/entropy.js';
import type { Store } from '../../broker/src/store/store.js';
import { type BrokerKeys, openKeys } from '../../broker/src/tokens/broker-keys.js';
import {
  type AuditEvent,
  openSqliteUnderTest,
  type SomeLimits,
  type StoreUnderTest,
  testIdentity,
} from './store.js';
import { TestKey } from './test-key.js';
import { WorldLine } from './world-line.js';
import { firstPolicy, registryFor, type WorldPolicy } from './world-policy.js';
import { joinVerbs, type WorldVerbs } from './world-verbs.js';
import type { IssuedInWorld, Unfit } from './world-verifier.js';

/** What a world may have otherwise. */
export interface WorldOptions {
  /** Bounds of the store. */
  readonly limits?: SomeLimits;
  /** A folder of keys to begin with, as a broker that has run before. */
  readonly keys?: string;
  /** Where keys of sessions and hosts come from. */
  readonly newKey?: () => TestKey;
}

/** Sweeps at one instant after which nothing is left to end. */
const roundsMax = 20;

/** A store of tests with its folder. */
export type StoreInWorld = Awaited<ReturnType<typeof openSqliteUnderTest>>;

/** What nobody listens to. */
const silent = { info() {}, warn() {}, error() {} } as unknown as Parameters<
  typeof startHousekeeping
>[0]['logger'];

/**
 * Broker and verifier in one process, real but for time: the SQLite store, the commands, the feed with
 * its signed frames, the verifier's view. No network, so that a thousand histories take seconds.
 */
export class WorldStage {
  readonly under: StoreInWorld;
  readonly newKey: () => TestKey;
  policy: WorldPolicy = firstPolicy;
  /** What the watch has put sessions under. */
  readonly levels: Map<SessionId, Level> = new Map();
  registry: Registry = registryFor(firstPolicy);
  protected readonly entropy: Entropy = seededEntropy('world');
  protected verbs: WorldVerbs;
  keys: BrokerKeys;
  readonly #folder: string;
  readonly #line: WorldLine;
  readonly #published = new Set<string>();
  #reader: Database.Database | undefined;

  protected constructor(under: StoreInWorld, { keys, newKey = () => new TestKey() }: WorldOptions) {
    this.under = under;
    this.newKey = newKey;
    this.#folder = mkdtempSync(join(tmpdir(), 'creance-keys-'));
    if (keys !== undefined) cpSync(keys, this.#folder, { recursive: true });
    this.keys = this.#openKeys();
    this.verbs = this.#joinVerbs();
    this.#line = new WorldLine(under.clock, this.keys, this.entropy);
    this.#line.open(under.store);
  }

  protected static async stage<Stage extends WorldStage>(
    options: WorldOptions,
    make: (under: StoreInWorld) => Stage,
  ): Promise<Stage> {
    const stage = make(await openSqliteUnderTest(options.limits));
    await stage.#start();
    // The first minute of a verifier asks for nonces; the laws begin after it.
    await stage.pass(70);
    return stage;
  }

  get clock(): StoreUnderTest['clock'] {
    return this.under.clock;
  }

  get store(): Store {
    return this.under.store;
  }

  /** The folder with the broker's keys. */
  get keysFolder(): string {
    return this.#folder;
  }

  /** The private halves of the broker's keys, as their files hold them. */
  privateKeys(): string[] {
    const files = readdirSync(this.#folder, { recursive: true }).map(String);
    return files
      .filter((name) => name.endsWith('.json'))
      .map((name) => {
        const { jwk, secret } = JSON.parse(readFileSync(join(this.#folder, name), 'utf8'));
        return (jwk?.d ?? secret) as string;
      });
  }

  /** The newest audit records that are durable, the last one first. */
  lastAudit(count: number): (AuditEvent & { readonly facts: Record<string, unknown> })[] {
    const sql = 'SELECT record FROM audit ORDER BY sequence DESC LIMIT ?';
    const file = join(this.under.directory, 'creance.db');
    this.#reader ??= new Database(file, { readonly: true });
    return this.#reader
      .prepare(sql)
      .pluck()
      .all(count)
      .map((record) => JSON.parse(String(record)));
  }

  /** Everything that lies in the store's folder, in bytes. */
  bytesAtRest(): Buffer {
    const files = readdirSync(this.under.directory, { recursive: true, withFileTypes: true });
    const whole = files.filter((entry) => entry.isFile());
    return Buffer.concat(whole.map(({ parentPath, name }) => readFileSync(join(parentPath, name))));
  }

  /** Lets time pass, sweeps as housekeeping does, and brings the verifier up to date. */
  async pass(seconds: number): Promise<void> {
    this.clock.advance(seconds);
    for (let round = 0; (await this.store.expireSessions(this.clock.now())) > 0; round += 1) {
      if (round === roundsMax) throw new Error('sweeps at one instant do not come to rest');
    }
    await this.catchUp();
  }

  /** Kills nothing, closes everything and opens it again. */
  async restart(): Promise<void> {
    this.#leave();
    await this.under.reopen();
    await this.#comeBack();
  }

  /**
   * Puts a backup back, as `backup` gave the way to. Gives the refusal of a plain start on it; the start
   * that says what was done succeeds.
   */
  async restore(putBack: () => Promise<void>): Promise<string | undefined> {
    this.#leave();
    await putBack();
    const refusal = this.under.openAgain();
    if (refusal !== undefined) this.under.openAgain(true);
    await this.#comeBack();
    return refusal;
  }

  /** Waits until the verifier has all that the log holds, and a view that is young. */
  catchUp(): Promise<void> {
    return this.#line.catchUp(this.registry);
  }

  /** The verifier's verdict on a genuine request with a token: `ok`, or the reason against it. */
  use(issued: IssuedInWorld): Promise<string> {
    return this.#line.verifier.use(issued);
  }

  /** The verifier's verdict on a genuine token that is used as none may be. */
  useUnfit(issued: IssuedInWorld, how: Unfit): Promise<string> {
    return this.#line.verifier.useUnfit(issued, how);
  }

  async dispose(): Promise<void> {
    await this.#line.close();
    this.#reader?.close();
    await this.under.dispose();
    rmSync(this.#folder, { recursive: true });
  }

  /** As housekeeping does: a stepped clock may need another key, published before it signs. */
  protected async publishKeys(): Promise<void> {
    for (const { signer, retireAt } of this.#unpublished()) {
      const { keyId, jwk } = signer;
      const audit = { kind: 'token_key_published', actor: 'world', facts: {} } as const;
      const key = { keyId, x: jwk.x, y: jwk.y, retireAt };
      await this.store.publishTokenKey(key, { ...audit, at: this.clock.now() });
      this.#published.add(keyId);
    }
  }

  /** Whether a key must be published before anything is signed. */
  protected get hasNewKeys(): boolean {
    this.keys.ring.advance(this.clock.seconds);
    return this.#unpublished().length > 0;
  }

  #unpublished() {
    return this.keys.ring.keys().filter(({ signer }) => !this.#published.has(signer.keyId));
  }

  #leave(): void {
    this.#line.hangUp();
    this.#reader?.close();
    this.#reader = undefined;
  }

  async #comeBack(): Promise<void> {
    this.keys = this.#openKeys();
    this.verbs = this.#joinVerbs();
    this.#line.open(this.store);
    await this.#start();
    await this.catchUp();
  }

  async #start(): Promise<void> {
    const { store, clock } = this;
    const parts = { store, ring: this.keys.ring, clock, logger: silent };
    // Its first round is the broker's own; the later ones come when the test says so.
    (await startHousekeeping(parts)).stop();
    this.#published.clear();
    await this.publishKeys();
  }

  #openKeys(): BrokerKeys {
    const keys = openKeys(this.#folder, testIdentity, this.under.clock.now());
    if (!keys.ok) throw new Error(keys.error.code);
    return keys.value;
  }

  #joinVerbs(): WorldVerbs {
    const { store, clock } = this.under;
    const { issuer } = testIdentity;
    const registry = () => this.registry;
    const levelOf = (id: SessionId) => this.levels.get(id) ?? 'calm';
    const { keys, entropy } = this;
    return joinVerbs({ issuer, store, keys, registry, levelOf, entropy, clock });
  }
}
