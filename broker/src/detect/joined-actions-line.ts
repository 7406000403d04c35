import type { SessionId } from '@creance/proto';
import type { Sighting } from '../domain/action.js';
import type { LimitName } from '../domain/limits.js';
import type { Signal } from '../domain/signal.js';
import type { Clock } from '../runtime/clock.js';
import type { Store } from '../store/store.js';
import { JoinedActions } from './joined-actions.js';

/** Runs something after so many milliseconds; gives the way to stop it. */
export type Later = (millis: number, run: () => void) => () => void;

/** Parts of the line. */
export interface JoinedActionsLineParts {
  readonly store: Pick<Store, 'path'>;
  readonly clock: Pick<Clock, 'monotonicMillis'>;
  readonly limitHit: (name: LimitName) => void;
  readonly onSignal: (signal: Signal) => void;
  /** Lets a sighting be judged; says whether there was room for it. */
  readonly put: (sighting: Sighting) => boolean;
  readonly later?: Later | undefined;
}

/** What a verifier says of a request that is to come again with a nonce (RFC 9449 §9). */
const nonceWanted = 'nonce_required';

/** Milliseconds between two looks at what has become due. */
const lookMillis = 250;

/** Does not keep the process running. */
const systemLater: Later = (millis, run) => {
  const timer = setTimeout(run, millis);
  timer.unref();
  return () => clearTimeout(timer);
};

const boundNames = { perSession: 'observationsPerSession', all: 'observationsWaiting' } as const;

/**
 * The way of sightings to their judgement: what a verifier tells goes at once, what a session tells of itself
 * waits for the verifier's word on the same action, and goes when none comes.
 */
export class JoinedActionsLine {
  readonly #parts: JoinedActionsLineParts;
  readonly #later: Later;
  readonly #joined: JoinedActions;
  /** The verifier that has reported last, by resource: never more than there are resources. */
  readonly #verifiers = new Map<string, SessionId>();
  #stop: (() => void) | undefined;
  #isClosed = false;

  constructor(parts: JoinedActionsLineParts) {
    this.#parts = parts;
    this.#later = parts.later ?? systemLater;
    this.#joined = new JoinedActions((bound) => parts.limitHit(boundNames[bound]));
  }

  /** Takes a sighting, or says that there was no room. */
  put(sighting: Sighting): boolean {
    const { session, strength, resource, witness, refusal } = sighting;
    const { put, clock } = this.#parts;
    if (strength === 'strong') this.#verifiers.set(resource, witness);
    // What is to come again with a nonce was no action yet.
    if (session === undefined || refusal === nonceWanted) return put(sighting);
    if (strength === 'weak') this.#joined.weak(sighting, session, clock.monotonicMillis());
    else if (put(sighting)) this.#joined.strong(sighting, session, clock.monotonicMillis());
    else return false;
    return true;
  }

  /** Lets go what has become due. */
  look(): void {
    const { clock, onSignal, put } = this.#parts;
    const { released, lone } = this.#joined.due(clock.monotonicMillis());
    // What finds no room now is counted by the bound that it hits.
    for (const sighting of released) put(sighting);
    for (const each of lone) {
      if (each.kind === 'unreported_action' || this.#hasVerifier(each.resource)) onSignal(each);
    }
    this.#arm();
  }

  /** Forgets what waits. */
  close(): void {
    this.#isClosed = true;
    this.#stop?.();
    this.#joined.clear();
  }

  #arm(): void {
    if (this.#stop !== undefined || this.#isClosed || this.#joined.size === 0) return;
    this.#stop = this.#later(lookMillis, () => {
      this.#stop = undefined;
      this.look();
    });
  }

  #hasVerifier(resource: string): boolean {
    const id = this.#verifiers.get(resource);
    const own = id === undefined ? undefined : this.#parts.store.path(id).at(-1);
    return own !== undefined && own.end === undefined;
  }
}
