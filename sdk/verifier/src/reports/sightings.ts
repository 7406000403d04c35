import { reportBytesMax, reportObservationsMax, type VerifierLimits } from '../limits.js';
import type { Sighting } from '../witness.js';
import { FairQueue } from './fair-queue.js';
import type { Aimed } from './late-hashing.js';

/** A sighting that waits. */
export interface Waiting {
  /** Without its destinations. */
  readonly sighting: Sighting;
  /** When it was seen, by the monotonic clock. */
  readonly atMillis: number;
  /** What it was aimed at; undefined when nothing was said of it. */
  readonly aimed?: Aimed | undefined;
}

/** Refused uses that a report holds at most while allowed actions wait too. */
const refusedShare = reportObservationsMax / 4;

/** Bytes of an observation beside its texts, and of a character at most. */
const observationBytes = 224;
const charBytesMax = 3;

/** Bytes of an origin at most, and of a span. */
const originBytes = 80;
const spanBytes = 30;

/**
 * Sightings on their way out, in three classes with bounds of their own: leaks that can be proved come
 * first, and refused uses, which anybody can send, never take the room of allowed actions.
 */
export class Sightings {
  readonly #foreign: FairQueue<Waiting>;
  readonly #allowed: FairQueue<Waiting>;
  readonly #refused: FairQueue<Waiting>;

  constructor(limits: VerifierLimits) {
    const { foreignProofsMax: max } = limits;
    this.#foreign = new FairQueue({ max, perLaneMax: Math.max(1, Math.floor(max / 8)) });
    this.#allowed = new FairQueue({
      max: limits.observationsMax,
      perLaneMax: limits.observationsPerSessionMax,
    });
    this.#refused = new FairQueue({
      max: limits.refusedObservationsMax,
      perLaneMax: limits.refusedObservationsPerSessionMax,
    });
  }

  /** Sightings that wait. */
  get size(): number {
    return this.#foreign.size + this.#allowed.size + this.#refused.size;
  }

  /** Whether a leak waits to be told. */
  get isUrgent(): boolean {
    return this.#foreign.size > 0;
  }

  /** Adds a sighting. Gives false when its class or its session's lane is full. */
  add(waiting: Waiting): boolean {
    const { sighting } = waiting;
    const lane = sighting.sessionId ?? sighting.tokenHash ?? '';
    return this.#classOf(sighting).add(lane, waiting);
  }

  /** Takes what fits one report beside so many bytes, in the order of sight. */
  take(bytesTaken: number): Waiting[] {
    const taken: Waiting[] = [];
    let left = reportBytesMax - bytesTaken;
    const from = (queue: FairQueue<Waiting>, most: number) => {
      for (let count = 0; count < most && taken.length < reportObservationsMax; count += 1) {
        const { first } = queue;
        if (first === undefined || bytesOf(first) > left) return;
        left -= bytesOf(first);
        taken.push(first);
        queue.take();
      }
    };
    from(this.#foreign, reportObservationsMax);
    from(this.#refused, refusedShare);
    from(this.#allowed, reportObservationsMax);
    from(this.#refused, reportObservationsMax);
    return taken.sort((one, other) => one.atMillis - other.atMillis);
  }

  #classOf({ foreignProof, refusal }: Sighting): FairQueue<Waiting> {
    if (foreignProof !== undefined) return this.#foreign;
    return refusal === undefined ? this.#allowed : this.#refused;
  }
}

/** Bytes that a sighting takes in a message, at most. */
function bytesOf({ sighting, aimed }: Waiting): number {
  const { action, refusal, foreignProof, origin, span } = sighting;
  const foreign =
    foreignProof === undefined ? 0 : foreignProof.token.length + foreignProof.proof.length;
  const texts = charBytesMax * action.length + (refusal?.length ?? 0);
  const aim = (aimed?.bytesMax ?? 0) + (origin === undefined ? 0 : originBytes);
  return observationBytes + texts + foreign + aim + (span === undefined ? 0 : spanBytes);
}
