import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  parseToken,
  type Revision,
  type SessionId,
  type Thumbprint,
  type TokenClaims,
} from '@creance/proto';
import type { Call } from '../../broker/src/commands/call.js';
import { issueToken } from '../../broker/src/commands/issue-token.js';
import { plusSeconds } from '../../broker/src/domain/instant.js';
import type { Registry } from '../../broker/src/domain/registry.js';
import { handleOf } from '../../broker/src/doubles/ids.js';
import { grantOf, registryOf, workloadOf } from '../../broker/src/doubles/registries.js';
import { seededEntropy } from '../../broker/src/doubles/seeded-entropy.js';
import { Feed } from '../../broker/src/feed/feed.js';
import { openings } from '../../broker/src/feed/opening.js';
import type { Subscriber } from '../../broker/src/feed/subscriber.js';
import { type BrokerKeys, openKeys } from '../../broker/src/tokens/broker-keys.js';
import {
  type AuditEvent,
  type AuditKind,
  openSqliteUnderTest,
  type StoreUnderTest,
  testIdentity,
} from './store.js';
import { TestKey } from './test-key.js';
import { type IssuedInWorld, WorldVerifier, worldAudience, worldScope } from './world-verifier.js';

/** A session of the world. */
export interface SessionInWorld {
  readonly id: SessionId;
  readonly key: TestKey;
}

/**
 * Broker and verifier in one process, real but for time: the SQLite store, the commands, the feed with
 * its signed frames, the verifier's view. No network, so that a thousand histories take seconds.
 */
export class World {
  readonly under: StoreUnderTest;
  registry: Registry = registryOf();
  readonly #folder: string;
  readonly #keys: BrokerKeys;
  readonly #entropy = seededEntropy('world');
  readonly #verifier: WorldVerifier;
  #feed: Feed;
  #subscriber: Subscriber | undefined;
  #names = 0;

  static async open(): Promise<World> {
    const world = new World(await openSqliteUnderTest());
    await world.#publishKeys();
    // The first minute of a verifier asks for nonces; the laws begin after it.
    await world.pass(70);
    return world;
  }

  private constructor(under: StoreUnderTest) {
    this.under = under;
    this.#folder = mkdtempSync(join(tmpdir(), 'creance-keys-'));
    const keys = openKeys(this.#folder, testIdentity, under.clock.now());
    if (!keys.ok) throw new Error(keys.error.code);
    this.#keys = keys.value;
    this.#verifier = new WorldVerifier(under.clock, this.#keys.anchor.keyId);
    this.#feed = this.#openFeed();
  }

  get clock(): StoreUnderTest['clock'] {
    return this.under.clock;
  }

  /** Opens a root session, or gives the reason against it. */
  async openSession(): Promise<SessionInWorld | string> {
    this.#names += 1;
    const key = new TestKey();
    const name = this.#names;
    const now = this.clock.now();
    const member = { kind: 'workload' as const, name: 'support-triage' };
    const hash = createHash('sha256').update(`join ${name}`).digest('base64url');
    const event = { at: now, actor: 'world', facts: {} };
    const handle = handleOf(`token ${name}`);
    const token = { hash, handle, member, expiresAt: plusSeconds(now, 600), uses: 1, networks: [] };
    await this.under.store.createJoinToken(token, { ...event, kind: 'join_token_created' });
    const opened = await this.under.store.openSession({
      now,
      id: handleOf(`session ${name}`) as SessionId,
      member,
      handles: { member: handleOf('support-triage'), owner: handleOf('support-platform') },
      key: key.thumbprint,
      transaction: `tree-${name}`,
      absoluteEndAt: plusSeconds(now, 1_200),
      evidence: {
        kind: 'join-token',
        hash,
        key: createHash('sha256').update(`evidence ${name}`).digest('base64url') as Thumbprint,
        freshHandle: handleOf(`evidence ${name}`),
        keyExpiresAt: plusSeconds(now, 86_400),
      },
      audit: { ...event, kind: 'session_opened' },
    });
    return opened.ok ? { id: opened.value.session.id, key } : opened.error;
  }

  /** Issues by the real command, or gives the reason against it. */
  async issue(session: SessionInWorld, lifetimeSeconds = 0): Promise<IssuedInWorld | string> {
    const { store } = this.under;
    // As housekeeping does: a stepped clock may need another key, published before it signs.
    this.#keys.ring.advance(this.clock.seconds);
    await this.#publishKeys();
    const live = store.session(session.id);
    if (live === undefined) return 'session_unknown';
    const { issuer } = testIdentity;
    const command = issueToken({
      issuer,
      registry: this.registry,
      store,
      ring: this.#keys.ring,
      entropy: this.#entropy,
    });
    const caller = { kind: 'session' as const, session: live, roles: new Set<never>() };
    const call: Call = { requestId: 'world', now: this.clock.now(), address: '', caller };
    const scopes = [worldScope] as unknown as TokenClaims['scopes'];
    const issued = await command({ audience: worldAudience, scopes, lifetimeSeconds }, call);
    if (!issued.ok) return issued.error.reason;
    const parsed = parseToken(issued.value.token);
    if (!parsed.ok) throw new Error(parsed.error);
    return { token: issued.value.token, claims: parsed.value.unverifiedClaims, key: session.key };
  }

  async cut(session: SessionInWorld): Promise<Revision> {
    const audit = this.#event('session_cut');
    const done = await this.under.store.cutSession({
      session: session.id,
      now: this.clock.now(),
      audit,
    });
    if (!done.ok) throw new Error(done.error);
    return done.value.revision;
  }

  async cutBefore(before: Revision | undefined): Promise<void> {
    const audit = this.#event('before_cut');
    const done = await this.under.store.cutBefore({ before, now: this.clock.now(), audit });
    if (!done.ok) throw new Error(done.error);
  }

  async end(session: SessionInWorld): Promise<void> {
    const audit = this.#event('session_ended');
    await this.under.store.endSession({ session: session.id, now: this.clock.now(), audit });
  }

  async renew(session: SessionInWorld): Promise<boolean> {
    const audit = this.#event('session_renewed');
    return (
      await this.under.store.renewSession({ session: session.id, now: this.clock.now(), audit })
    ).ok;
  }

  /** Changes the grant's lifetime, or takes the grant away. */
  changePolicy(lifetimeSeconds: number | undefined): void {
    const grants = lifetimeSeconds === undefined ? [] : [grantOf({ lifetimeSeconds })];
    this.registry = registryOf({ workloads: [workloadOf({ grants })] });
  }

  /** Lets time pass, sweeps, and brings the verifier up to date. */
  async pass(seconds: number): Promise<void> {
    this.clock.advance(seconds);
    await this.under.store.expireSessions(this.clock.now());
    await this.catchUp();
  }

  /** Kills nothing, closes everything and opens it again. */
  async restart(): Promise<void> {
    this.#feed.close();
    await this.under.reopen();
    this.#feed = this.#openFeed();
    await this.catchUp();
  }

  /** Subscribes again from where the view stands and waits until all frames have arrived. */
  async catchUp(): Promise<void> {
    if (this.#subscriber) this.#feed.unsubscribe(this.#subscriber);
    const nonce = this.#entropy.bytes(16);
    const resource = this.registry.resourceByAudience.get(worldAudience);
    if (resource === undefined) throw new Error('the world has lost its resource');
    const { anchor, feed } = this.#keys;
    const opening = openings({ ...testIdentity, anchor, feed, now: () => this.clock.now() });
    this.#verifier.take(opening.make(resource, nonce), nonce);
    const after = this.#verifier.revision;
    this.#subscriber = this.#feed.subscribe(
      { session: handleOf('verifier') as SessionId, resource: 'crm' },
      { write: (bytes) => this.#verifier.take(bytes, nonce), onDrain: () => {}, end: () => {} },
      after,
    );
    await this.#verifier.settled();
  }

  /** The verifier's verdict on a genuine request with a token: `ok`, or the reason against it. */
  use(issued: IssuedInWorld): Promise<string> {
    return this.#verifier.use(issued);
  }

  async dispose(): Promise<void> {
    this.#feed.close();
    await this.#verifier.close();
    await this.under.dispose();
    rmSync(this.#folder, { recursive: true });
  }

  #openFeed(): Feed {
    const { store } = this.under;
    // The world's verifier is no session: its subscription is held up by the feed alone.
    const alive = {
      head: () => store.head(),
      logAfter: store.logAfter.bind(store),
      isKnownRevision: store.isKnownRevision.bind(store),
      onLog: store.onLog.bind(store),
      path: () => store.path(handleOf('verifier') as SessionId),
    };
    const { issuer } = testIdentity;
    return new Feed({
      issuer,
      signer: this.#keys.feed,
      clock: this.clock,
      store: alive,
      onOverflow: () => {},
    });
  }

  async #publishKeys(): Promise<void> {
    for (const { signer, retireAt } of this.#keys.ring.keys()) {
      const { keyId, jwk } = signer;
      const audit = this.#event('token_key_published');
      await this.under.store.publishTokenKey({ keyId, x: jwk.x, y: jwk.y, retireAt }, audit);
    }
  }

  #event<Kind extends AuditKind>(kind: Kind): AuditEvent & { readonly kind: Kind } {
    return { kind, at: this.clock.now(), actor: 'world', facts: {} };
  }
}
