import type { SessionId } from '@creance/proto';
import type { Sighting } from '../domain/action.js';
import { limits } from '../domain/limits.js';
import type { LoneAction } from '../domain/signal.js';
import { SilentSessions } from './joined-actions-silent.js';

/** How many actions are remembered: of one session, in all. */
export interface JoinBounds {
  readonly perSession: number;
  readonly all: number;
}

/** All sessions of one workload together have just room for theirs. */
const brokerBounds: JoinBounds = {
  perSession: Math.floor(limits.observationsWaiting / limits.sessionsPerMember),
  all: limits.observationsWaiting,
};

/** Milliseconds that a session's own word waits for the resource's. */
export const holdMillis = 2_000;
/** Milliseconds after which an action that one side alone has told is told of. */
export const loneMillis = 10_000;
/** Milliseconds for which half an action is remembered: longer than the SDK tries to send a report. */
export const joinMillis = 30_000;

/** Milliseconds whose halves become due together. */
const slotMillis = 250;

/** Sessions that are known to report what they do. */
const reportersMax = 10_000;

/** An action that one side has told. */
interface Half {
  readonly id: string;
  /** By which its session's halves hold it. */
  key: string;
  readonly session: SessionId;
  readonly resource: string;
  readonly strength: Sighting['strength'];
  readonly slot: Slot;
  /** Whether the other side should tell it too. */
  readonly isOwed: boolean;
  /** A session's own word that is not judged yet. */
  held: Sighting | undefined;
}

/** Halves of one moment. */
interface Slot {
  readonly endMillis: number;
  readonly halves: Set<Half>;
  isReleased: boolean;
  isTold: boolean;
}

/** What time has made due. */
export interface Due {
  /** Own words of sessions that no resource has confirmed in time: to be judged. */
  readonly released: readonly Sighting[];
  /** Actions that one side alone has told. */
  readonly lone: readonly LoneAction[];
}

/**
 * Joins what a resource's verifier and the session itself tell of one action, by session, resource and id:
 * then the session's own word is not judged. Two verifiers are never joined, so an id that comes again
 * hides nothing. Forgetting costs a double count and nothing else.
 */
export class JoinedActions {
  readonly #bounds: JoinBounds;
  readonly #onForgotten: (bound: keyof JoinBounds) => void;
  readonly #sessions = new Map<SessionId, Map<string, Half>>();
  readonly #silent = new SilentSessions();
  readonly #reporters = new Set<SessionId>();
  /** The oldest first. */
  readonly #slots: Slot[] = [];
  #released: Sighting[] = [];
  #size = 0;

  /** `onForgotten` is told when half an action is forgotten before its time, and for which bound. */
  constructor(onForgotten: (bound: keyof JoinBounds) => void, bounds: JoinBounds = brokerBounds) {
    this.#onForgotten = onForgotten;
    this.#bounds = bounds;
  }

  /** Halves that wait for the other one. */
  get size(): number {
    return this.#size;
  }

  /** A verifier has told it, and it will be judged. */
  strong(sighting: Sighting, session: SessionId, nowMillis: number): void {
    const other = this.#half(session, sighting);
    if (other?.strength === 'weak') this.#forget(other);
    if (other !== undefined) return;
    const { id, resource } = sighting;
    if (!this.#reporters.has(session)) {
      this.#silent.note(session, id, resource);
      return;
    }
    const isOwed = isOwnAct(sighting);
    this.#remember(halfOf(sighting, session, this.#slotAt(nowMillis), isOwed, undefined));
  }

  /** A session has told it of itself. It is judged when it comes back as released, and not otherwise. */
  weak(sighting: Sighting, session: SessionId, nowMillis: number): void {
    this.#noteReporter(session);
    const other = this.#half(session, sighting);
    if (other?.strength === 'strong') this.#forget(other);
    if (other !== undefined || this.#silent.has(session, sighting.id, sighting.resource)) return;
    const isOwed = sighting.outcome === 'allowed';
    this.#remember(halfOf(sighting, session, this.#slotAt(nowMillis), isOwed, sighting));
  }

  /** What has become due. */
  due(nowMillis: number): Due {
    const lone: LoneAction[] = [];
    for (const slot of this.#slots) {
      const age = nowMillis - slot.endMillis;
      if (age < holdMillis) break;
      if (!slot.isReleased) for (const half of slot.halves) this.#release(half);
      slot.isReleased = true;
      if (age >= loneMillis && !slot.isTold) {
        for (const half of slot.halves) if (half.isOwed) lone.push(loneOf(half));
        slot.isTold = true;
      }
      if (age >= joinMillis) for (const half of slot.halves) this.#forget(half);
    }
    while (this.#isPast(this.#slots[0], nowMillis)) this.#slots.shift();
    const released = this.#released;
    this.#released = [];
    return { released, lone };
  }

  /** Forgets everything. */
  clear(): void {
    this.#sessions.clear();
    this.#silent.clear();
    this.#slots.length = 0;
    this.#released = [];
    this.#size = 0;
  }

  #slotAt(nowMillis: number): Slot {
    const last = this.#slots.at(-1);
    if (last !== undefined && nowMillis < last.endMillis) return last;
    const endMillis = nowMillis + slotMillis;
    const slot = { endMillis, halves: new Set<Half>(), isReleased: false, isTold: false };
    this.#slots.push(slot);
    return slot;
  }

  #isPast(slot: Slot | undefined, nowMillis: number): boolean {
    return slot !== undefined && nowMillis - slot.endMillis >= joinMillis;
  }

  /** By the resource too: one that learns an id says nothing of what was done at another. */
  #half(session: SessionId, { id, resource }: Sighting): Half | undefined {
    const own = this.#sessions.get(session);
    const half = own?.get(id);
    return half === undefined || half.resource === resource
      ? half
      : own?.get(longKeyOf(id, resource));
  }

  #remember(half: Half): void {
    const own = this.#sessions.get(half.session) ?? new Map<string, Half>();
    const { all, perSession } = this.#bounds;
    if (own.size >= perSession) this.#pushOut(own, 'perSession');
    else if (this.#size >= all) this.#pushOut(this.#oldestBeside(own), 'all');
    if (own.has(half.id)) half.key = longKeyOf(half.id, half.resource);
    own.set(half.key, half);
    this.#sessions.set(half.session, own);
    this.#size += 1;
    half.slot.halves.add(half);
  }

  #pushOut(halves: ReadonlyMap<string, Half>, bound: keyof JoinBounds): void {
    const [oldest] = halves.values();
    if (oldest === undefined) return;
    this.#onForgotten(bound);
    this.#release(oldest);
    this.#forget(oldest);
  }

  #oldestBeside(own: ReadonlyMap<string, Half>): ReadonlyMap<string, Half> {
    for (const halves of this.#sessions.values()) if (halves !== own) return halves;
    return own;
  }

  /** Nothing that a session has told is lost to memory: it is judged instead. */
  #release(half: Half): void {
    if (half.held !== undefined) this.#released.push(half.held);
    half.held = undefined;
  }

  #forget(half: Half): void {
    half.held = undefined;
    if (half.slot.halves.delete(half)) this.#size -= 1;
    const own = this.#sessions.get(half.session);
    own?.delete(half.key);
    if (own?.size === 0) this.#sessions.delete(half.session);
  }

  #noteReporter(session: SessionId): void {
    if (this.#reporters.has(session)) return;
    const [first] = this.#reporters;
    if (this.#reporters.size >= reportersMax && first !== undefined) this.#reporters.delete(first);
    this.#reporters.add(session);
  }
}

function longKeyOf(id: string, resource: string): string {
  return `${id} ${resource}`;
}

function halfOf(
  { id, resource, strength }: Sighting,
  session: SessionId,
  slot: Slot,
  isOwed: boolean,
  held: Sighting | undefined,
): Half {
  return { id, key: id, session, resource, strength, slot, isOwed, held };
}

function loneOf({ strength, resource, session }: Half): LoneAction {
  const kind = strength === 'weak' ? 'unwitnessed_action' : 'unreported_action';
  return { kind, resource, session };
}

/** Whether it was done with the session's key: what a thief without it makes a resource refuse is not. */
function isOwnAct({ outcome, proof }: Sighting): boolean {
  return outcome === 'allowed' || proof !== undefined;
}
