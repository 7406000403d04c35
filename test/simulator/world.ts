import type { Revision, SessionId, Thumbprint } from '@creance/proto';
import { handlesOfLineage } from '@creance/proto';
import type { Answered } from '../../broker/src/detect/respond.js';
import type { Registry } from '../../broker/src/domain/registry.js';
import { seededEntropy } from '../../broker/src/doubles/seeded-entropy.js';
import type { Subscriber } from '../../broker/src/feed/subscriber.js';
import type { Entropy } from '../../broker/src/runtime/entropy.js';
import type { TestKey } from '../support/test-key.js';
import { KeyPool } from '../support/tree-keys.js';
import { firstPolicy, registryFor, type WorldPolicy } from '../support/world-policy.js';
import { Agents, issuedOf } from './agents.js';
import { BrokerProcess, type Carried } from './broker-process.js';
import { Dice } from './dice.js';
import type { Disk } from './disk.js';
import { HostClock } from './host-clock.js';
import type { KeyFolder } from './key-folder.js';
import { LawBook } from './law-book.js';
import { Ledger } from './ledger.js';
import { takeTimers } from './machine-timers.js';
import { Network } from './network.js';
import type { Scene } from './scene.js';
import { Thief } from './thief.js';
import { VerifierHost } from './verifier-host.js';
import { VirtualTime, type VirtualTimer } from './virtual-time.js';
import type { WireCall, WireReply } from './wire-call.js';

/** Keys of sessions and machines: every world begins with the same one. */
const keyPool = new KeyPool();

const verifiersOfWorld = 3;

/** Milliseconds until whoever looks after the broker has started it again. */
const restartMillis = 300;

/** What a world is made of. */
export interface WorldParts {
  readonly seed: number;
  readonly disk: Disk;
  readonly keyFolder: KeyFolder;
}

/** One world: a broker and its disk, verifiers, agents, a thief, the network between them, and its laws. */
export class World implements Scene {
  readonly dice: Dice;
  readonly time: VirtualTime = new VirtualTime();
  readonly network: Network;
  readonly disk: Disk;
  readonly ledger: Ledger;
  readonly laws: LawBook;
  readonly brokerClock: HostClock = new HostClock(this.time);
  readonly agentClock: HostClock = new HostClock(this.time);
  readonly verifiers: readonly VerifierHost[];
  readonly agents: Agents = new Agents(this);
  readonly thief: Thief = new Thief();
  readonly entropy: Entropy;
  readonly newKey: () => TestKey = keyPool.fromTheFirst();
  /** Proofs that a process of a verifier has judged. */
  readonly presented: Set<string> = new Set();
  /** Those of them that it has taken. */
  readonly taken: Set<string> = new Set();
  /** Bearer material that was handed out. */
  readonly secrets: Set<string> = new Set();
  policy: WorldPolicy = firstPolicy;
  /** Whether any clock was ever set: then the bounds of time are wider. */
  isClockStepped = false;
  /** Kinds of what has happened, in order. */
  readonly trace: string[] = [];
  broker: BrokerProcess;
  readonly #emergencyDice: Dice;
  readonly #timers = new Set<VirtualTimer>();
  readonly #subscribers = new Map<string, Subscriber>();
  readonly #keyFolder: KeyFolder;
  readonly #giveTimersBack: () => void;
  #anchor: Thumbprint = '' as Thumbprint;

  constructor({ seed, disk, keyFolder }: WorldParts) {
    this.dice = new Dice(seed);
    this.#emergencyDice = new Dice(seed + 2 ** 31);
    this.entropy = seededEntropy(`world ${seed}`);
    this.disk = disk;
    this.#keyFolder = keyFolder;
    this.network = new Network(this.time, this.dice);
    this.ledger = new Ledger(disk);
    this.laws = new LawBook(this);
    const after = (millis: number, run: () => void) => this.#afterInProcess(millis, run);
    this.#giveTimersBack = takeTimers(after, () => 1 + this.dice.below(4));
    this.broker = this.#newBroker(registryFor(this.policy));
    this.verifiers = Array.from({ length: verifiersOfWorld }, (_, nth) =>
      this.#newVerifier(nth, this.#anchor),
    );
  }

  /** Notes what happens, for whoever reads the story of a seed. */
  note(text: string): void {
    this.trace.push(`${(this.time.nowMillis / 1_000).toFixed(3)} ${text}`);
  }

  /** Sends a call of a member; `replied` takes what comes back, with a fresh nonce. */
  toBroker(call: WireCall, replied: (reply: WireReply, nonce: string) => void): void {
    this.network.send('agents', () => {
      const { broker } = this;
      if (!broker.isReady || !broker.isAlive) return;
      void broker.call(call, (reply) => {
        this.laws.replied(call, reply);
        this.note(`${call.method} ${reply.ok ? 'ok' : reply.denial.reason}`);
        const nonce = broker.nonce();
        this.network.send('agents', () => replied(reply, nonce));
      });
    });
  }

  /** Ends the broker's process at once; another is started soon. */
  crash(why: string): void {
    const { broker } = this;
    if (!broker.isAlive) return;
    this.note(`broker dies: ${why}`);
    broker.isAlive = false;
    broker.isReady = false;
    this.disk.kill();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#subscribers.clear();
    this.time.after(restartMillis, () => this.#restart());
  }

  dispose(): void {
    this.broker.isAlive = false;
    this.#giveTimersBack();
    for (const { verifier } of this.verifiers) void verifier.close();
    this.disk.dispose();
    this.#keyFolder.reset();
  }

  #restart(): void {
    this.note('broker starts');
    this.broker = this.#newBroker(registryFor(this.policy));
    this.laws.restarted();
  }

  #newBroker(registry: Registry): BrokerProcess {
    const keys = this.#keyFolder.open(this.brokerClock.now());
    this.#anchor = keys.anchor.keyId;
    const broker: BrokerProcess = new BrokerProcess({
      disk: this.disk,
      clock: this.brokerClock,
      keys,
      entropy: this.entropy,
      registry,
      onCarried: (carried) => this.#carried(carried),
      onAnswered: (answered) => this.#answered(answered),
      onFault: (fault) => this.laws.fail('no fault', String(fault)),
      onStoreFailed: () => {
        // It is not ended at once, and cutting works until then.
        const millis = this.#emergencyDice.pick([0, 40, 1_500, 4_000]) as number;
        this.#afterInProcess(millis, () => this.crash('its disk has failed'));
      },
    });
    void broker.start().catch((fault) => {
      if (broker.isAlive) this.crash(`it cannot start: ${(fault as Error).message}`);
    });
    return broker;
  }

  #carried(carried: Carried): void {
    if (carried.call.method === 'issueToken') {
      const { token } = carried.value as { token: string };
      const issued = issuedOf(token, undefined as never);
      this.secrets.add(token.slice(token.lastIndexOf('.') + 1));
      const handles = new Set(handlesOfLineage(issued.claims.lineage));
      const minted = { ...issued, handles };
      this.ledger.minted.push(minted);
      this.laws.minted(minted, carried);
    }
  }

  #answered({ outcome, session }: Answered): void {
    this.note(`answer ${outcome}`);
    this.laws.answered(session as SessionId, outcome);
  }

  #newVerifier(nth: number, anchor: Thumbprint): VerifierHost {
    const name = `verifier ${nth}`;
    return new VerifierHost({
      name,
      time: this.time,
      clock: new HostClock(this.time),
      anchor,
      entropy: seededEntropy(`${name} ${this.dice.below(2 ** 30)}`),
      subscribe: ({ after, nonce, take, ended }) => {
        this.network.send(name, () => {
          if (!this.broker.isReady) return;
          const line = this.network.stream(name);
          const send = (bytes: Buffer) => line(() => take(bytes));
          // A verifier that comes anew has left its old connection, and the broker notices.
          const old = this.#subscribers.get(name);
          if (old !== undefined) this.broker.unsubscribe(old);
          const ask = { after: after as Revision, nonce, name };
          const subscriber = this.broker.subscribe(ask, send, () => line(ended));
          if (subscriber !== undefined) this.#subscribers.set(name, subscriber);
        });
      },
    });
  }

  /** A timer of the broker's process: it ends with it. */
  #afterInProcess(millis: number, run: () => void): VirtualTimer {
    const timer = this.time.after(millis, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
    return timer;
  }
}
