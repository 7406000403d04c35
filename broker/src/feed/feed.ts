import { type Handle, type Revision, revisionZero, type SessionId } from '@creance/proto';
import { limits } from '../domain/limits.js';
import { pathFault } from '../domain/session.js';
import type { Clock } from '../runtime/clock.js';
import { type Entropy, systemEntropy } from '../runtime/entropy.js';
import type { LogReads, LogRow, Store } from '../store/store.js';
import type { Signer } from '../tokens/signing-key.js';
import { type AcknowledgementParts, Acknowledgements } from './acknowledgements.js';
import { FloorRise } from './floor-rise.js';
import {
  deltaKind,
  type FrameMaker,
  frameMaker,
  heartbeatKind,
  inFrames,
  proofsWanted,
} from './frames.js';
import type { OpeningStanding } from './opening.js';
import { Publisher } from './publisher.js';
import { type Snapshots, snapshots } from './snapshots.js';
import { type SteadyClock, steadyClock } from './steady-clock.js';
import { Subscriber, type SubscriberLine, type SubscriberName } from './subscriber.js';

/** Parts of the feed. */
export interface FeedParts {
  readonly issuer: string;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly store: LogReads & Pick<Store, 'path'>;
  /**
   * Where the log begins that the store has; undefined when it has all of it. A subscriber from before it gets what
   * is known and no view: the frames name this revision as the one before them.
   */
  readonly base?: Revision | undefined;
  /** Names the steady clock of this process. */
  readonly entropy?: Entropy;
  /** Called when a subscriber was too slow and was let go. */
  readonly onOverflow: (name: SubscriberName) => void;
  /** Takes how long verifiers need for cuts. */
  readonly enforced?: Omit<AcknowledgementParts, 'nowMillis'>;
}

/** How the feed fares. */
export interface FeedFigures {
  readonly subscribers: number;
  /** Frames that wait for the slowest subscriber. */
  readonly framesWaiting: number;
  readonly cutsUnacknowledged: number;
  /** Milliseconds by resource. */
  readonly lag: ReadonlyMap<string, number>;
}

/** Rows that are read at once to bring a subscriber up; one that lacks more gets a snapshot. */
const resumeRowsMax = 10_000;

/** The signed stream of cuts: the store's log on its way to verifiers. */
export class Feed {
  readonly #parts: FeedParts;
  readonly #maker: FrameMaker;
  readonly #steady: SteadyClock;
  readonly #rise = new FloorRise();
  readonly #snapshots: Snapshots;
  readonly #publisher: Publisher;
  readonly #subscribers = new Set<Subscriber>();
  readonly #acknowledgements: Acknowledgements<Subscriber>;
  readonly #beat: NodeJS.Timeout;
  readonly #stopListening: () => void;

  constructor(parts: FeedParts) {
    const now = () => parts.clock.now();
    this.#parts = parts;
    const { enforced = { onEach() {}, onLast() {} }, clock } = parts;
    this.#acknowledgements = new Acknowledgements({
      ...enforced,
      nowMillis: () => clock.monotonicMillis(),
    });
    this.#steady = steadyClock(clock, parts.entropy ?? systemEntropy());
    this.#maker = frameMaker(parts.issuer, parts.signer, now, {
      steady: this.#steady,
      floor: () => parts.store.floor(),
      auditHead: () => parts.store.auditHead(),
    });
    this.#snapshots = snapshots(this.#maker, parts.store, now);
    this.#publisher = new Publisher(
      this.#maker,
      parts.clock,
      parts.store.head(),
      (bytes, revision) => this.#broadcast(bytes, revision),
    );
    this.#stopListening = parts.store.onLog((rows) => this.#onRows(rows));
    this.#beat = setInterval(() => this.#onBeat(), limits.heartbeatSeconds * 1_000).unref();
  }

  /**
   * Adds a subscriber and sends it what it lacks: the rows after a revision that the log has had, else
   * a snapshot; where none can be made, the rows that are known. Gives undefined when there are `limits.subscribers` already.
   */
  subscribe(name: SubscriberName, line: SubscriberLine, after: Revision): Subscriber | undefined {
    if (this.#subscribers.size >= limits.subscribers) return undefined;
    this.#publisher.flush();
    const subscriber = new Subscriber(name, line, after, limits.framesWaiting);
    this.#bringUp(subscriber, after);
    if (!subscriber.isOpen) return subscriber;
    this.#subscribers.add(subscriber);
    this.#acknowledgements.joined(subscriber, this.head);
    return subscriber;
  }

  /**
   * What the Opening of a subscription says of this feed: its steady clock, and whether the log has stood
   * where the verifier's view does. Asked for after its nonce has come.
   */
  standing(held: Revision): Required<OpeningStanding> {
    const { base, store } = this.#parts;
    // Of what lies before the base nothing is known but that the log has come this far.
    const isBefore = base !== undefined && held < base;
    return {
      clockId: this.#steady.id,
      openedAtSteadyMicros: this.#steady.micros(),
      heldKnown: isBefore || store.isKnownRevision(held),
    };
  }

  /** Removes a subscriber. */
  unsubscribe(subscriber: Subscriber): void {
    this.#forget(subscriber);
    subscriber.close();
  }

  /** Notes what the subscriptions of a session enforce: never more than was sent. */
  acknowledge(session: SessionId, revision: Revision): void {
    if (revision > this.#publisher.published) return;
    for (const subscriber of this.#subscribers) {
      if (subscriber.name.session !== session) continue;
      if (revision <= subscriber.acknowledged) continue;
      subscriber.acknowledged = revision;
      this.#acknowledgements.acknowledged(subscriber, revision);
    }
  }

  /**
   * Asks a verifier, over its subscriptions, for proofs that it has reported, by their hashes as base64url.
   * A line that is busy is not waited for: the reply to the verifier's next report asks again.
   */
  askProofs(session: SessionId, hashes: readonly string[]): void {
    if (hashes.length === 0) return;
    const bytes = proofsWanted(hashes);
    for (const subscriber of this.#subscribers) {
      if (subscriber.name.session === session) subscriber.tell(bytes);
    }
  }

  /** The subscribers, in order of subscription. */
  subscribers(): readonly Subscriber[] {
    return [...this.#subscribers];
  }

  /** How it fares now. */
  figures(): FeedFigures {
    const waiting = [...this.#subscribers].map((subscriber) => subscriber.waiting);
    return {
      subscribers: this.#subscribers.size,
      framesWaiting: waiting.reduce((most, each) => Math.max(most, each), 0),
      cutsUnacknowledged: this.#acknowledgements.waiting,
      lag: this.#acknowledgements.lagByResource(),
    };
  }

  /** Revision of the last committed row of the log. */
  get head(): Revision {
    return this.#parts.store.head();
  }

  /** Ends every subscription; the log stays. */
  close(): void {
    this.#stopListening();
    clearInterval(this.#beat);
    this.#publisher.flush();
    for (const subscriber of this.#subscribers) subscriber.close('shutting_down');
    this.#subscribers.clear();
  }

  #broadcast(bytes: Buffer, revision: Revision): void {
    for (const subscriber of this.#subscribers) {
      if (!subscriber.send(bytes, revision)) this.#parts.onOverflow(subscriber.name);
      if (!subscriber.isOpen) this.#forget(subscriber);
    }
  }

  #forget(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    this.#acknowledgements.left(subscriber);
  }

  #onRows(rows: readonly LogRow[]): void {
    const cuts = rows.filter(({ entry }) => entry.kind !== 'token-key');
    const [first, last] = [cuts[0], cuts.at(-1)];
    if (first && last) this.#acknowledgements.grew(first.revision, last.revision);
    this.#publisher.add(rows);
    const sessions = new Set<Handle>([...this.#subscribers].map(({ name }) => name.session));
    const concernsUs = ({ entry }: LogRow) =>
      entry.kind === 'before' || (entry.kind === 'handle' && sessions.has(entry.handle));
    if (!rows.some(concernsUs)) return;
    // Whoever is let go hears first why.
    this.#publisher.flush();
    this.#endDead();
  }

  #onBeat(): void {
    this.#publisher.flush();
    this.#endDead();
    this.#raiseFloor();
    // Also when nobody listens: a kept snapshot ends with it, and a verifier that lost its line amid one
    // takes only what is newer.
    this.#publisher.heartbeat();
  }

  /** A floor that cannot be written now is raised with a later beat. */
  #raiseFloor(): void {
    const { store, clock } = this.#parts;
    const due = this.#rise.look(store.head(), clock.monotonicMillis());
    if (due > store.floor()) void store.raiseFloor(due);
  }

  /** A verifier whose own session has ended or is held is told so and hears no more. */
  #endDead(): void {
    const { store, clock } = this.#parts;
    for (const subscriber of this.#subscribers) {
      const path = store.path(subscriber.name.session);
      const fault =
        path.length === 0
          ? 'session_ended'
          : pathFault(path, clock.now(), limits.sessionIdleSeconds);
      if (fault === undefined) continue;
      this.#forget(subscriber);
      subscriber.close(fault === 'ancestor_ended' ? 'session_revoked' : fault);
    }
  }

  #bringUp(subscriber: Subscriber, after: Revision): void {
    const { store, base } = this.#parts;
    const published = this.#publisher.published;
    // Below the floor a view holds much that means nothing any more: a whole one is smaller.
    const resumes =
      after !== revisionZero &&
      after >= store.floor() &&
      after <= published &&
      store.isKnownRevision(after);
    // Rows that were committed and not published yet reach everybody in the next frame.
    const from = resumes ? after : base;
    const missed =
      from !== undefined
        ? store.logAfter(from, resumeRowsMax + 1).filter(({ revision }) => revision <= published)
        : undefined;
    if (missed === undefined || missed.length > resumeRowsMax) {
      subscriber.sendWhole(this.#snapshots.at(published), published);
      return;
    }
    let previous = from ?? after;
    for (const piece of inFrames(missed, limits.frameEntries)) {
      const revision = piece.at(-1)?.revision ?? previous;
      const kind = piece.length === 0 ? heartbeatKind : deltaKind;
      subscriber.send(this.#maker.make({ kind, previous, revision, rows: piece }), revision);
      previous = revision;
    }
  }
}
