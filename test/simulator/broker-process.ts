import { proofWindowSeconds, type Revision, refuse, type SessionId } from '@creance/proto';
import { authenticator } from '../../broker/src/attest/authenticate.js';
import type { Command } from '../../broker/src/commands/call.js';
import type { Answered } from '../../broker/src/detect/respond.js';
import { openWitness, type Witness } from '../../broker/src/detect/witness.js';
import type { Caller } from '../../broker/src/domain/caller.js';
import type { Registry } from '../../broker/src/domain/registry.js';
import type { Session } from '../../broker/src/domain/session.js';
import { handleOf } from '../../broker/src/doubles/ids.js';
import { Feed } from '../../broker/src/feed/feed.js';
import { openings } from '../../broker/src/feed/opening.js';
import type { Subscriber } from '../../broker/src/feed/subscriber.js';
import { startHousekeeping } from '../../broker/src/housekeeping.js';
import { LiveRegistry } from '../../broker/src/live-registry.js';
import { access } from '../../broker/src/rpc/access.js';
import type { Entropy } from '../../broker/src/runtime/entropy.js';
import { StoreFault } from '../../broker/src/store/index.js';
import type { Store } from '../../broker/src/store/store.js';
import type { BrokerKeys } from '../../broker/src/tokens/broker-keys.js';
import { openGenuineTokens } from '../../broker/src/tokens/genuine-token.js';
import { openCutTokens } from '../../broker/src/tokens/genuine-token-cuts.js';
import { openNonces } from '../../broker/src/tokens/nonces.js';
import { openProofJudge } from '../../broker/src/tokens/proof-judge.js';
import { openReplayMemory } from '../../broker/src/tokens/replay-memory.js';
import { openTheftProofs } from '../../broker/src/tokens/theft-proofs.js';
import { testIdentity } from '../support/store.js';
import { joinVerbs, type WorldVerbs } from '../support/world-verbs.js';
import { worldAudience } from '../support/world-verifier.js';
import { worldBounds } from './bounds.js';
import type { Disk } from './disk.js';
import { feedStoreOf } from './feed-store.js';
import type { HostClock } from './host-clock.js';
import { brokerOrigin, pathOfVerb, type WireCall, type WireReply } from './wire-call.js';

/** A call that was carried out, and what it was decided by. */
export interface Carried {
  readonly call: WireCall;
  readonly value: unknown;
  readonly caller: Caller;
  /** The path of the calling session as the call came in. */
  readonly path: readonly Session[];
  readonly registry: Registry;
}

/** What a process needs, and whom it tells. */
export interface BrokerParts {
  readonly disk: Disk;
  readonly clock: HostClock;
  readonly keys: BrokerKeys;
  readonly entropy: Entropy;
  readonly registry: Registry;
  /** Before the reply leaves. */
  readonly onCarried: (carried: Carried) => void;
  readonly onAnswered: (answered: Answered) => void;
  readonly onFault: (fault: unknown) => void;
  /** The disk has failed: the process must end. */
  readonly onStoreFailed: () => void;
}

const silent = { info() {}, warn() {}, error() {} } as unknown as Parameters<
  typeof startHousekeeping
>[0]['logger'];

/** One process of the broker: its rooms joined as `broker.ts` joins them, with no socket. */
export class BrokerProcess {
  readonly store: Store;
  readonly registry: LiveRegistry;
  readonly verbs: WorldVerbs;
  readonly witness: Witness;
  isAlive = true;
  isReady = false;
  /** Its disk has failed: it knows not what was kept, gives out nothing, and cuts until it ends. */
  hasFailed = false;
  readonly #parts: BrokerParts;
  readonly #authenticate: ReturnType<typeof authenticator>;
  readonly #feed: Feed;
  readonly #openings: ReturnType<typeof openings>;
  #calls = 0;

  constructor(parts: BrokerParts) {
    const { disk, clock, keys, entropy } = parts;
    const { issuer } = testIdentity;
    this.#parts = parts;
    this.registry = new LiveRegistry(parts.registry);
    this.store = disk.open({
      identity: testIdentity,
      clock,
      limits: worldBounds,
      onFailed: () => {
        this.hasFailed = true;
        parts.onStoreFailed();
      },
    });
    const { store } = this;
    const registry = this.registry.current;
    const nonces = openNonces(entropy);
    const replays = openReplayMemory(proofWindowSeconds);
    const judge = openProofJudge({ publicOrigin: () => brokerOrigin, clock, nonces, replays });
    const levelOf = () => 'calm' as const;
    const rooms = { issuer, store, keys, registry, levelOf, entropy, clock, nonces };
    this.verbs = joinVerbs(rooms);
    this.#feed = new Feed({
      issuer,
      signer: keys.feed,
      clock,
      store: feedStoreOf(store),
      onOverflow: () => {},
    });
    this.#openings = openings({ ...testIdentity, ...keys, now: () => clock.now() });
    this.witness = this.#openWitness();
    const onProof = this.witness.onProof;
    this.#authenticate = authenticator({ judge, store, registry, onProof });
  }

  /** Publishes keys and sweeps, and is ready then. */
  async start(): Promise<void> {
    const { clock, keys } = this.#parts;
    await startHousekeeping({ store: this.store, ring: keys.ring, clock, logger: silent });
    // The manifest may have been changed by a process that did not live to say so.
    const isEnforced = await this.changeRegistry(this.registry.current());
    if (!isEnforced) throw new Error('the manifest is not in force');
    this.isReady = this.isAlive;
  }

  /** The nonce that calls need now. */
  nonce(): string {
    return this.verbs.nonce();
  }

  /** Takes a call as the edge does: who calls, then the verb. */
  async call(call: WireCall, reply: (reply: WireReply) => void): Promise<void> {
    const { clock, onCarried } = this.#parts;
    const rule = access.session[call.method];
    if (rule.by === 'anyone') throw new Error('every call of a member is proved');
    const now = clock.now();
    const registry = this.registry.current();
    const presented = { ...call, rule, path: pathOfVerb(call.method), now };
    const caller = this.#authenticate(presented);
    if (!caller.ok) {
      reply({ ok: false, denial: caller.error, caller: undefined });
      return;
    }
    const path = caller.value.kind === 'session' ? this.store.path(caller.value.session.id) : [];
    const done = await this.run(this.verbs[call.method] as Command<unknown, unknown>, call.ask, {
      caller: caller.value,
      now,
    });
    if (done === undefined) return;
    if (done.ok) onCarried({ call, value: done.value, caller: caller.value, path, registry });
    reply(done.ok ? done : { ok: false, denial: done.error, caller: caller.value });
  }

  /** Runs a verb; gives nothing when the process has died meanwhile. */
  async run<Ask, Answer>(
    verb: Command<Ask, Answer>,
    ask: Ask,
    { caller, now = this.#parts.clock.now() }: { caller: Caller; now?: Session['openedAt'] },
  ): Promise<Awaited<ReturnType<typeof verb>> | undefined> {
    this.#calls += 1;
    const requestId = `request ${this.#calls}`;
    const call = { requestId, now, address: '', caller };
    const done = await verb(ask, call).catch((fault: unknown) => {
      // As the edge has it: a write whose answer has no place for a refusal throws it.
      // Whom a dead process answers hears nothing.
      if (!this.isAlive) return undefined;
      if (fault instanceof StoreFault) return refuse({ reason: fault.reason });
      throw fault;
    });
    return this.isAlive ? done : undefined;
  }

  /** Puts another registry in force, as a manifest does. */
  async changeRegistry(registry: Registry): Promise<boolean> {
    const write = () =>
      this.verbs.changeRegistry(registry, {
        requestId: 'manifest',
        now: this.#parts.clock.now(),
        address: '',
        caller: { kind: 'broker' },
      });
    const done = await this.registry.change(registry, write);
    return done.ok && this.isAlive;
  }

  /** Opens a subscription; `send` takes what goes to the verifier, `end` its end. */
  subscribe(
    ask: { readonly after: Revision; readonly nonce: Uint8Array; readonly name: string },
    send: (bytes: Buffer) => void,
    end: () => void,
  ): Subscriber | undefined {
    const resource = this.registry.current().resourceByAudience.get(worldAudience);
    if (resource === undefined) throw new Error('the world has lost its resource');
    const write = (bytes: Buffer) => {
      if (this.isAlive) send(bytes);
      return true;
    };
    write(this.#openings.make(resource, ask.nonce));
    const name = { session: handleOf(ask.name) as SessionId, resource: 'crm' };
    return this.#feed.subscribe(name, { write, onDrain: () => {}, end }, ask.after);
  }

  /** The connection of a subscriber is gone. */
  unsubscribe(subscriber: Subscriber): void {
    this.#feed.unsubscribe(subscriber);
  }

  #openWitness(): Witness {
    const { clock, keys, onAnswered, onFault } = this.#parts;
    const { store, registry } = this;
    const { issuer } = testIdentity;
    const cuts = openCutTokens(store);
    const genuineToken = openGenuineTokens({ issuer, ring: keys.ring, store, cuts });
    return openWitness({
      store,
      clock,
      proofs: openTheftProofs({ genuineToken, store }),
      // What statistics suggest is weighed in the tests of the watch.
      profile: { take() {}, refused() {}, resumed() {}, async settled() {} },
      registry: registry.current,
      feed: { askProofs() {} },
      limitHit: () => {},
      onSignal: () => {},
      onAnswered,
      onFault,
    });
  }
}
