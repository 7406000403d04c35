import { type Reason, type Revision, revisionZero } from '@creance/proto';
import { RenewSessionRequest, SessionServiceService } from '@creance/proto/wire';
import { Backoff } from '../backoff.js';
import type { OnEvent } from '../events.js';
import type { Applied, Feed, FeedFault } from '../feed.js';
import type { Clock, Timer } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import { Acknowledger } from './acknowledger.js';
import { FreshnessWatch } from './freshness-watch.js';
import type { Line } from './line.js';
import { type BrokerRefusal, disconnectedBy } from './refusal.js';
import type { ReportLine } from './report-line.js';
import { endSession, openSession, type SessionParts, type VerifierSession } from './session.js';
import { Subscription, type SubscriptionEnd } from './subscription.js';

/** What keeping a view current needs. */
export interface CurrentParts {
  readonly line: Line;
  readonly feed: Feed;
  readonly session: SessionParts;
  /** Sends what was seen by whichever session is open. */
  readonly reports: ReportLine;
  readonly onProofsWanted: (hashes: readonly string[]) => void;
  readonly maxStaleSeconds: number | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly onEvent: OnEvent;
}

/** Reasons after which the session is of no use, and another one is opened. */
const sessionLost: readonly (Reason | undefined)[] = [
  'session_missing',
  'session_unknown',
  'session_revoked',
  'session_ended',
  'session_expired',
  'ancestor_ended',
  'proof_wrong_key',
];

/** Faults after which the view must come whole again. */
const needsSnapshot: readonly FeedFault[] = ['broken_link', 'view_full', 'frame_malformed'];

/**
 * Keeps a view current for as long as the verifier lives: a session, a subscription, and again when
 * either is lost. What it cannot keep current grows stale, and the verifier refuses.
 */
export class KeepCurrent {
  readonly #parts: CurrentParts;
  readonly #backoff: Backoff;
  readonly #freshness: FreshnessWatch;
  #session: VerifierSession | undefined;
  #subscription: Subscription | undefined;
  #renewal: Timer | undefined;
  #wantsSnapshot = true;
  #isClosed = false;

  constructor(parts: CurrentParts) {
    const { clock, entropy, feed, maxStaleSeconds, onEvent } = parts;
    this.#parts = parts;
    this.#backoff = new Backoff(clock, entropy);
    this.#freshness = new FreshnessWatch(feed, maxStaleSeconds, onEvent);
  }

  /** Starts, with the session of the first contact if there is one. */
  start(session: VerifierSession | undefined): void {
    if (session !== undefined) this.#begin(session);
    void this.#run();
  }

  /** Stops for good, and ends the session so that it counts against nobody. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#renewal?.cancel();
    this.#freshness.close();
    this.#subscription?.cancel();
    this.#backoff.wake();
    const voice = this.#session?.voice;
    if (voice !== undefined) await endSession(voice, this.#parts.clock);
    this.#parts.line.close();
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      const end = await this.#once();
      if (this.#isClosed) return;
      this.#react(end);
      await this.#backoff.pause();
    }
  }

  async #once(): Promise<SubscriptionEnd> {
    const session = this.#session ?? (await this.#reopen());
    if ('status' in session) return { kind: 'lost', refusal: session };
    const { clock, entropy, feed } = this.#parts;
    const acknowledger = new Acknowledger(session.voice);
    const subscription = new Subscription({
      voice: session.voice,
      feed,
      clock,
      entropy,
      afterRevision: this.#heldRevision(),
      onOpened: ({ resource }) => this.#parts.onEvent({ kind: 'connected', resource }),
      onApplied: (applied) => this.#onApplied(applied, acknowledger),
      onProofsWanted: this.#parts.onProofsWanted,
      onReplayed: () => this.#parts.onEvent({ kind: 'refused', fault: 'frame_replayed' }),
    });
    this.#subscription = subscription;
    if (this.#isClosed) return { kind: 'resync' };
    return subscription.run();
  }

  #heldRevision(): Revision {
    const { view } = this.#parts.feed;
    return this.#wantsSnapshot || !view.isWhole ? revisionZero : view.revision;
  }

  #onApplied(applied: Applied, acknowledger: Acknowledger): void {
    const { feed, onEvent } = this.#parts;
    this.#freshness.onApplied(applied);
    if (applied.change.kind === 'part') return;
    this.#backoff.reset();
    this.#wantsSnapshot = false;
    acknowledger.note(feed.view.revision);
    if (applied.change.kind === 'confirmed') return;
    onEvent({ kind: 'applied', revision: feed.view.revision });
  }

  #react(end: SubscriptionEnd): void {
    const { line, onEvent } = this.#parts;
    switch (end.kind) {
      case 'lost':
        if (sessionLost.includes(end.refusal.reason)) this.#session = undefined;
        onEvent(disconnectedBy(end.refusal));
        break;
      case 'silent':
        line.redial();
        onEvent({ kind: 'disconnected', code: 'SILENT' });
        break;
      case 'refused':
        if (needsSnapshot.includes(end.fault)) this.#wantsSnapshot = true;
        onEvent({ kind: 'refused', fault: end.fault });
        this.#freshness.look();
        if (end.fault === 'anchor_mismatch') onEvent({ kind: 'anchor_mismatch' });
        break;
      case 'resync':
    }
  }

  /** Opens another session; a member that no longer fits counts as refused by the broker. */
  async #reopen(): Promise<VerifierSession | BrokerRefusal> {
    const opened = await openSession({ ...this.#parts.session, isNewKey: false }).catch(() => ({
      ok: false as const,
      error: { status: 'PERMISSION_DENIED', reason: 'session_wrong_kind' as const },
    }));
    if (!opened.ok) return opened.error;
    this.#begin(opened.value);
    return opened.value;
  }

  #begin(session: VerifierSession): void {
    this.#session = session;
    this.#parts.reports.attach(session.voice);
    this.#renewal?.cancel();
    const millis = (session.idleSeconds * 1_000) / 3;
    const renewLater = () => {
      if (this.#session !== session || this.#isClosed) return;
      this.#renewal = this.#parts.clock.after(millis, () => void renew());
    };
    const renew = async () => {
      const request = () => Buffer.from(RenewSessionRequest.encode({}).finish());
      const renewed = await session.voice.call(SessionServiceService.renewSession.path, request);
      if (!renewed.ok && sessionLost.includes(renewed.error.reason)) this.#drop(session);
      renewLater();
    };
    renewLater();
  }

  #drop(session: VerifierSession): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    this.#subscription?.cancel();
  }
}
