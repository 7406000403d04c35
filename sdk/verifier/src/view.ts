import {
  type Handle,
  ok,
  type Result,
  type Revision,
  refuse,
  revisionZero,
  type Thumbprint,
} from '@creance/proto';
import { type AuditHead, AuditWitness } from './audit-witness.js';
import { type CutFault, Cuts } from './cuts.js';
import type { FeedEntry, FeedFrame, TokenKey } from './frame.js';
import { feedKeysRememberedMax, verifierLimits } from './limits.js';
import type { FrameFault, ViewChange } from './view-change.js';

/** How a frame arrived. */
export interface Arrival {
  /** Thumbprint of the feed key that signed the frame. */
  readonly feedKey: Thumbprint;
  /** Monotonic milliseconds as of which the frame tells the state of the log. */
  readonly asOfMillis: number;
}

export type { FrameFault, ViewChange } from './view-change.js';

interface Pending {
  readonly cuts: Cuts;
  readonly revision: Revision;
  part: number;
  lastEntry: Revision;
}

/**
 * A verifier's map handle → revision with its freshness. Pure and synchronous: no clock, no network;
 * frames come in verified. Whatever does not fit exactly is refused and leaves the view as it was, so
 * that it grows stale rather than wrong.
 */
export class View {
  readonly issuer: string;
  readonly #entriesMax: number;
  #cuts: Cuts;
  #revision: Revision = revisionZero;
  #asOfMillis = Number.NEGATIVE_INFINITY;
  #isWhole = false;
  #isFull = false;
  /** What the broker has lost, if it has. */
  #goneBack: 'log' | 'audit' | undefined;
  #heldKnown: boolean | undefined;
  readonly #audit = new AuditWitness();
  #pending: Pending | undefined;
  readonly #newest = new Map<Thumbprint, number>();

  constructor(issuer: string, entriesMax: number = verifierLimits.viewEntriesMax) {
    this.issuer = issuer;
    this.#entriesMax = entriesMax;
    this.#cuts = new Cuts(entriesMax);
  }

  /** Revision at which the view stands; zero before the first snapshot. */
  get revision(): Revision {
    return this.#revision;
  }

  /** Whether a snapshot has arrived to its last part. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Whether the log has outgrown the view: then it stands for nothing until a snapshot fits. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Cuts and keys held. */
  get size(): number {
    return this.#cuts.size;
  }

  /** Tokens whose `rev` lies below this are refused: all of that time were cut. */
  get before(): Revision {
    return this.#cuts.before;
  }

  /** Tokens whose `rev` lies below this are refused, whatever the clock says. */
  get floor(): Revision {
    return this.#cuts.floor;
  }

  /**
   * Whether the broker has gone back behind what was seen of it. Then no frame of it makes the view fresh,
   * until it shows a log that has what the view has, or has cut everything that was before.
   */
  get isRolledBack(): boolean {
    return this.#goneBack !== undefined;
  }

  /** The furthest that the broker's audit was seen to stand; undefined before the first heartbeat. */
  get auditHead(): AuditHead | undefined {
    return this.#audit.head;
  }

  /**
   * Milliseconds since the log is known to have stood at `revision`; infinite without a view, and while the
   * broker has gone back.
   */
  ageMillis(nowMillis: number): number {
    const isKnown = this.#isWhole && !this.isRolledBack;
    return isKnown ? nowMillis - this.#asOfMillis : Number.POSITIVE_INFINITY;
  }

  /** A published token key that was not cut. */
  tokenKey(keyId: Thumbprint): TokenKey | undefined {
    return this.#cuts.tokenKey(keyId);
  }

  /** Whether a token key was cut. */
  isKeyCut(keyId: Thumbprint): boolean {
    return this.#cuts.isKeyCut(keyId);
  }

  /** Why the log refuses a token with this lineage and `rev`; undefined when it does not. */
  faultOf(handles: readonly Handle[], rev: Revision): CutFault | undefined {
    return this.#cuts.faultOf(handles, rev);
  }

  /** The row of the log that has cut a token with this lineage and `rev`; undefined when none has. */
  cutOf(handles: readonly Handle[], rev: Revision): Revision | undefined {
    return this.#cuts.cutOf(handles, rev);
  }

  /** Drops a snapshot that has not arrived whole: its parts belong to one subscription. */
  forgetPending(): void {
    this.#pending = undefined;
  }

  /**
   * Begins a subscription that the broker has opened with our nonce. The times of frames only grow within
   * one: a broker that comes back with its clock set back must still be heard, or its cuts would wait
   * until the view is stale. A frame from before adds nothing that is not true, and is as old as it says.
   * `heldKnown` says whether the broker's log has stood where the view does; undefined when it does not say.
   */
  beginSubscription(heldKnown?: boolean): void {
    this.forgetPending();
    this.#heldKnown = heldKnown;
    this.#newest.clear();
  }

  /** Applies a frame whose signature is good. */
  apply(frame: FeedFrame, { feedKey, asOfMillis }: Arrival): Result<ViewChange, FrameFault> {
    if (frame.issuer !== this.issuer) return refuse('frame_other_issuer');
    if (frame.madeAtMicros <= (this.#newest.get(feedKey) ?? 0)) return refuse('frame_replayed');
    this.#remember(feedKey, frame.madeAtMicros);
    if (frame.kind === 'snapshot') return this.#applySnapshot(frame, asOfMillis);
    if (this.#isFull) return refuse('view_full');
    if (!this.#isWhole || this.#pending !== undefined || frame.previous !== this.#revision) {
      return refuse('broken_link');
    }
    if (frame.kind === 'heartbeat' && frame.revision !== this.#revision) {
      return refuse('broken_link');
    }
    if (frame.kind === 'delta') return this.#applyDelta(frame, asOfMillis);
    const fault = frame.audit && this.#audit.see(frame.audit);
    if (fault !== undefined) return this.#refuseGoneBack('audit', fault);
    if (frame.audit !== undefined || this.#audit.head === undefined) this.#goneBack = undefined;
    return this.#applyDelta(frame, asOfMillis);
  }

  /**
   * Keeps the cuts of a genuine frame that follows on something that is missing here: they stand whatever that was.
   * The view comes no further by it, and no fresher. Gives those that it kept.
   */
  keepCuts({ kind, issuer, entries }: FeedFrame): readonly FeedEntry[] {
    if (kind !== 'delta' || issuer !== this.issuer || this.#isFull) return [];
    const cuts = entries.filter((entry) => entry.kind !== 'token-key');
    for (const entry of cuts) {
      if (this.#cuts.add(entry)) continue;
      this.#isFull = true;
      break;
    }
    return cuts;
  }

  #applyDelta(frame: FeedFrame, asOfMillis: number): Result<ViewChange, FrameFault> {
    for (const entry of frame.entries) {
      if (this.#cuts.add(entry)) continue;
      this.#isFull = true;
      return refuse('view_full');
    }
    this.#cuts.raiseFloor(frame.floor);
    this.#revision = frame.revision;
    this.#asOfMillis = Math.max(this.#asOfMillis, asOfMillis);
    if (frame.kind === 'heartbeat') return ok({ kind: 'confirmed' });
    return ok({ kind: 'added', entries: frame.entries });
  }

  #applySnapshot(frame: FeedFrame, asOfMillis: number): Result<ViewChange, FrameFault> {
    const pending = this.#pendingFor(frame);
    this.#pending = undefined;
    if (frame.revision < this.#revision) return this.#refuseGoneBack('log', 'rolled_back');
    if (pending === undefined) return refuse('broken_link');
    for (const entry of frame.entries) {
      if (pending.cuts.add(entry)) continue;
      this.#isFull = true;
      return refuse('view_full');
    }
    pending.cuts.raiseFloor(frame.floor);
    pending.lastEntry = frame.entries.at(-1)?.revision ?? pending.lastEntry;
    pending.part += 1;
    if (!frame.isLastPart) {
      this.#pending = pending;
      return ok({ kind: 'part' });
    }
    const isRestored = pending.cuts.before > this.#revision;
    // Its revisions are times: a broker that has lost a cut stands above it again with the next row.
    if (this.#heldKnown === false && this.#isWhole && !isRestored) {
      return this.#refuseGoneBack('log', 'rolled_back');
    }
    if (isRestored) this.#audit.forget();
    if (isRestored || this.#goneBack === 'log') this.#goneBack = undefined;
    pending.cuts.settle();
    this.#cuts = pending.cuts;
    this.#revision = frame.revision;
    this.#asOfMillis = Math.max(this.#asOfMillis, asOfMillis);
    this.#isWhole = true;
    this.#isFull = false;
    return ok({ kind: 'replaced' });
  }

  #refuseGoneBack<F extends FrameFault>(lost: 'log' | 'audit', fault: F): Result<never, F> {
    // What the audit has lost no snapshot shows: a log that goes back too must not stand in its place.
    if (this.#isWhole && this.#goneBack !== 'audit') this.#goneBack = lost;
    return refuse(fault);
  }

  /** The snapshot that a part continues; a first part starts one. Undefined when it fits nowhere. */
  #pendingFor({ part, revision, entries }: FeedFrame): Pending | undefined {
    if (part === 0) {
      const cuts = new Cuts(this.#entriesMax, this.#cuts);
      return { cuts, revision, part: 0, lastEntry: revisionZero };
    }
    const pending = this.#pending;
    const continues = pending?.part === part && pending.revision === revision;
    const ascends = (entries[0]?.revision ?? Number.POSITIVE_INFINITY) > (pending?.lastEntry ?? 0);
    return continues && ascends ? pending : undefined;
  }

  #remember(feedKey: Thumbprint, madeAtMicros: number): void {
    this.#newest.delete(feedKey);
    this.#newest.set(feedKey, madeAtMicros);
    const [oldest] = this.#newest.keys();
    if (this.#newest.size > feedKeysRememberedMax && oldest !== undefined) {
      this.#newest.delete(oldest);
    }
  }
}
