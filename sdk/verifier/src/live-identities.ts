import type { Handle, Revision, Thumbprint } from '@creance/proto';
import type { FailureReason } from './failures.js';
import type { Clock, Timer } from './runtime/clock.js';
import type { View, ViewChange } from './view.js';

/** A token in use, to be ended when its time comes. */
export interface Watched {
  readonly handles: readonly Handle[];
  readonly keyId: Thumbprint;
  readonly revision: Revision;
  /** Unix seconds. */
  readonly expiresAt: number;
  /** Called once, when the token ends before it is forgotten. */
  readonly end: (reason: FailureReason) => void;
}

/**
 * The tokens in use, by every handle that can end them, so that a cut costs its matches. Bounded: one
 * more than the bound is ended at once, since nobody could end it later.
 */
export class LiveIdentities {
  readonly #view: View;
  readonly #clock: Clock;
  readonly #max: number;
  readonly #timers = new Map<Watched, Timer>();
  readonly #byHandle = new Map<Handle | Thumbprint, Set<Watched>>();
  #before: Revision;
  #floor: Revision;
  #isClosed = false;

  constructor(view: View, clock: Clock, max: number) {
    this.#view = view;
    this.#clock = clock;
    this.#max = max;
    this.#before = view.before;
    this.#floor = view.floor;
  }

  /** Tokens in use. */
  get size(): number {
    return this.#timers.size;
  }

  /** Whether no more can be watched. */
  get isFull(): boolean {
    return this.size >= this.#max;
  }

  /** Watches a token. One that has ended meanwhile ends at once. */
  watch(watched: Watched): void {
    const leftMillis = watched.expiresAt * 1_000 - this.#clock.now();
    const fault = this.#faultAtOnce(watched, leftMillis);
    if (fault !== undefined) {
      watched.end(fault);
      return;
    }
    const timer = this.#clock.after(leftMillis, () => this.#end(watched, 'token_expired'));
    this.#timers.set(watched, timer);
    for (const handle of keysOf(watched)) {
      const others = this.#byHandle.get(handle);
      if (others === undefined) this.#byHandle.set(handle, new Set([watched]));
      else others.add(watched);
    }
  }

  /** Forgets a token whose call is done. */
  forget(watched: Watched): void {
    const timer = this.#timers.get(watched);
    if (timer === undefined) return;
    timer.cancel();
    this.#timers.delete(watched);
    for (const handle of keysOf(watched)) {
      const others = this.#byHandle.get(handle);
      others?.delete(watched);
      if (others?.size === 0) this.#byHandle.delete(handle);
    }
  }

  /** Ends what a change of the view has cut. */
  onChange(change: ViewChange): void {
    const { before, floor } = this.#view;
    const isSweeping = before > this.#before || floor > this.#floor || change.kind === 'replaced';
    this.#before = before;
    this.#floor = floor;
    if (isSweeping) this.#endCut(this.#timers.keys());
    if (change.kind !== 'added') return;
    for (const entry of change.entries) {
      if (entry.kind === 'handle') this.#endCut(this.#byHandle.get(entry.handle) ?? []);
      if (entry.kind === 'key-cut') this.#endCut(this.#byHandle.get(entry.keyId) ?? []);
    }
  }

  /** Ends all that is in use, and whatever comes: nobody watches any more. */
  close(): void {
    this.#isClosed = true;
    for (const watched of [...this.#timers.keys()]) this.#end(watched, 'verifier_closed');
  }

  #endCut(candidates: Iterable<Watched>): void {
    for (const watched of [...candidates]) {
      const fault = this.#faultOf(watched);
      if (fault !== undefined) this.#end(watched, fault);
    }
  }

  #faultAtOnce(watched: Watched, leftMillis: number): FailureReason | undefined {
    if (this.#isClosed) return 'verifier_closed';
    const fault = this.#faultOf(watched);
    if (fault !== undefined) return fault;
    if (leftMillis <= 0) return 'token_expired';
    return this.isFull ? 'live_identities_full' : undefined;
  }

  #faultOf({ keyId, handles, revision }: Watched): FailureReason | undefined {
    return this.#view.isKeyCut(keyId) ? 'token_key_cut' : this.#view.faultOf(handles, revision);
  }

  #end(watched: Watched, reason: FailureReason): void {
    this.forget(watched);
    watched.end(reason);
  }
}

function keysOf({ handles, keyId }: Watched): readonly (Handle | Thumbprint)[] {
  return [...handles, keyId];
}
