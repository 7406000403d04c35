import type { Sighting } from '../domain/action.js';
import { type LimitName, limits } from '../domain/limits.js';
import { FairLine, type LineBounds } from './fair-line.js';

/** Parts of the queue. */
export interface ReportQueueParts {
  /** Judges one sighting. What it throws is a fault of ours and stops nobody else. */
  readonly judge: (sighting: Sighting) => void;
  /** Runs something soon, after what is going on now: `setImmediate`. */
  readonly defer: (run: () => void) => void;
  /** Counts a bound that was hit. */
  readonly limitHit: (name: LimitName) => void;
  readonly onFault: (fault: unknown) => void;
  /** How much may wait, where it is not the broker's. */
  readonly bounds?: QueueBounds;
}

/** How many sightings may wait. */
export interface QueueBounds {
  readonly perSession: number;
  readonly refused: number;
  readonly all: number;
}

/** What one slice does before others have their turn: a sighting counts one, one with evidence more. */
const sliceWeight = 64;
const evidenceWeight = 16;

/** No witness may fill more than this share of a line. */
const witnessShare = 4;

const brokerBounds: QueueBounds = {
  perSession: limits.observationsPerSession,
  refused: limits.observationsRefused,
  all: limits.observationsWaiting,
};

/**
 * Sightings that wait to be judged. Refused uses have a line and room of their own: whoever makes a
 * resource refuse a million requests displaces no action of an authenticated session.
 */
export class ReportQueue {
  readonly #parts: ReportQueueParts;
  readonly #actions: FairLine<Sighting>;
  readonly #refused: FairLine<Sighting>;
  #isDraining = false;
  #isClosed = false;

  constructor(parts: ReportQueueParts) {
    const { perSession, refused, all } = parts.bounds ?? brokerBounds;
    this.#parts = parts;
    this.#actions = new FairLine(bounded(perSession, all - refused));
    this.#refused = new FairLine(bounded(perSession, refused));
  }

  /** How many wait. */
  get waiting(): number {
    return this.#actions.waiting + this.#refused.waiting;
  }

  /** How many wait in each line. */
  get waitingByLine(): { readonly actions: number; readonly refused: number } {
    return { actions: this.#actions.waiting, refused: this.#refused.waiting };
  }

  /** Takes one, or says that it was dropped; the bound is counted by its name. */
  put(sighting: Sighting): boolean {
    if (this.#isClosed) return false;
    const isRefused = sighting.outcome === 'refused';
    const line = isRefused ? this.#refused : this.#actions;
    const hit = line.put(witnessOf(sighting), laneOf(sighting), sighting);
    if (hit !== undefined) {
      this.#parts.limitHit(boundName(hit, isRefused));
      return false;
    }
    this.#wake();
    return true;
  }

  /** Takes no more and forgets what waits; gives how many did. */
  close(): number {
    this.#isClosed = true;
    return this.#actions.clear() + this.#refused.clear();
  }

  #wake(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#parts.defer(() => this.#slice());
  }

  /** Both lines in turn, a bounded piece at a time: calls of agents and cuts come in between. */
  #slice(): void {
    let weight = 0;
    while (weight < sliceWeight && this.waiting > 0) {
      for (const line of [this.#actions, this.#refused]) {
        const sighting = line.take();
        if (sighting === undefined) continue;
        weight += sighting.foreignProof === undefined ? 1 : evidenceWeight;
        this.#judge(sighting);
      }
    }
    this.#isDraining = false;
    if (this.waiting > 0) this.#wake();
  }

  #judge(sighting: Sighting): void {
    try {
      this.#parts.judge(sighting);
    } catch (fault) {
      this.#parts.onFault(fault);
    }
  }
}

function bounded(lane: number, all: number): LineBounds {
  return { lane, witness: Math.ceil(all / witnessShare), all };
}

/** All verifiers of a resource are one witness: a hostile one has many sessions. */
function witnessOf({ strength, resource, witness }: Sighting): string {
  return strength === 'strong' ? `resource ${resource}` : witness;
}

/** Evidence has a lane of its own: what a thief makes a resource refuse does not displace it. */
function laneOf({ session, foreignProof }: Sighting): string {
  return `${session ?? ''}${foreignProof === undefined ? '' : ' evidence'}`;
}

function boundName(hit: keyof LineBounds, isRefused: boolean): LimitName {
  if (hit === 'lane') return 'observationsPerSession';
  return isRefused ? 'observationsRefused' : 'observationsWaiting';
}
