import type { DestinationKey } from '../destinations.js';
import { type OnEvent, safely } from '../events.js';
import {
  actionCharsMax,
  reportMillis,
  reportObservationsMax,
  type VerifierLimits,
} from '../limits.js';
import type { Primitives } from '../primitives.js';
import type { Clock, Timer } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import type { Sighting, Witness } from '../witness.js';
import { ActionIds } from './action-ids.js';
import { type Batch, batchOf } from './batch.js';
import { Delivery } from './delivery.js';
import { ForeignPace } from './foreign-pace.js';
import { KeptProofs } from './kept-proofs.js';
import { LateHashing } from './late-hashing.js';
import type { ReportFault, ReportReply, SendReport } from './report.js';
import { Sightings } from './sightings.js';
import { bytesOfProofs, WantedProofs } from './wanted-proofs.js';

/** What a reporter needs. */
export interface ReporterParts {
  readonly send: SendReport;
  /** The key of the resource's destinations; without one they are not told. */
  readonly destinationKey?: (() => DestinationKey | undefined) | undefined;
  readonly primitives: Primitives;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly limits: VerifierLimits;
  readonly onEvent: OnEvent;
}

/**
 * Reports what a verifier has seen, off the path of requests. Noting costs a place in a bounded queue;
 * hashing, encoding and sending come later, in batches, one at a time. A broker that is away costs
 * nothing but sightings, which are counted.
 */
export class Reporter implements Witness {
  readonly #parts: ReporterParts;
  readonly #onEvent: OnEvent;
  readonly #sightings: Sightings;
  readonly #kept: KeptProofs;
  readonly #wanted: WantedProofs;
  readonly #hashing: LateHashing;
  readonly #foreign = new ForeignPace();
  readonly #ids = new ActionIds();
  readonly #delivery: Delivery;
  #timer: Timer | undefined;
  #isAtOnce = false;
  #sending: Promise<void> | undefined;
  #dropped = 0;
  #droppedUntold = 0;
  #unread = 0;
  #isClosed = false;

  constructor(parts: ReporterParts) {
    const { limits } = parts;
    this.#parts = parts;
    this.#onEvent = safely(parts.onEvent);
    this.#sightings = new Sightings(limits);
    this.#kept = new KeptProofs({
      max: limits.proofsKeptMax,
      perSessionMax: limits.proofsKeptPerSessionMax,
    });
    this.#wanted = new WantedProofs(this.#kept);
    this.#hashing = new LateHashing(parts);
    this.#delivery = new Delivery(parts.send, parts.clock, parts.entropy);
  }

  /** Sightings that wait. */
  get waiting(): number {
    return this.#sightings.size;
  }

  note(seen: Sighting): void {
    if (this.#isClosed) return;
    if (seen.sessionId === undefined && seen.tokenHash === undefined) {
      this.#unread += 1;
      return;
    }
    const nowMillis = this.#parts.clock.monotonicMillis();
    const within = this.#within(seen, nowMillis);
    const { destinations } = within;
    const aimed = destinations && this.#hashing.take(destinations);
    const sighting = aimed === undefined ? within : { ...within, destinations: undefined };
    if (this.#sightings.add({ sighting, atMillis: nowMillis, aimed })) {
      // Only now: what is dropped must not push out what the broker may still know.
      if (sighting.actionId !== undefined) this.#ids.use(sighting.actionId);
      if (aimed !== undefined) this.#hashing.later(aimed);
    } else {
      this.#dropped += 1;
      this.#droppedUntold += 1;
    }
    this.#arm();
  }

  wantsForeignProof(tokenHash: string): boolean {
    return !this.#isClosed && this.#foreign.allows(tokenHash, this.#nowMillis);
  }

  /** Notes that the broker wants to see proofs, by their hashes as base64url. They go out at once. */
  want(hashes: readonly string[]): void {
    if (this.#isClosed) return;
    this.#wanted.want(hashes, this.#nowMillis);
    if (this.#wanted.isUrgent) this.#arm();
  }

  /** Tries once to send what waits, and notes nothing any more. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#hashing.close();
    this.#delivery.close();
    await this.#sending;
    await this.#send();
  }

  get #nowMillis(): number {
    return this.#parts.clock.monotonicMillis();
  }

  /** Whether there is enough, or something important enough, not to wait for more. */
  get #isDue(): boolean {
    if (this.#sightings.isUrgent || this.#wanted.isUrgent) return true;
    return this.waiting >= reportObservationsMax;
  }

  #within(seen: Sighting, nowMillis: number): Sighting {
    const { action, actionId, foreignProof } = seen;
    const isTooMuch =
      foreignProof !== undefined && !this.#foreign.take(foreignProof.tokenHash, nowMillis);
    const isUsed = actionId !== undefined && this.#ids.isUsed(actionId);
    if (action.length <= actionCharsMax && !isTooMuch && !isUsed) return seen;
    const named = { ...seen, action: action.slice(0, actionCharsMax) };
    return {
      ...named,
      ...(isTooMuch && { foreignProof: undefined }),
      ...(isUsed && { actionId: undefined }),
    };
  }

  /** Never sends at once: whoever notes is on the path of a request. */
  #arm(): void {
    if (this.#sending !== undefined || this.#isAtOnce) return;
    const isDue = this.#isDue;
    if (this.#timer !== undefined && !isDue) return;
    this.#timer?.cancel();
    this.#isAtOnce = isDue;
    this.#timer = this.#parts.clock.after(isDue ? 0 : reportMillis, () => {
      this.#timer = undefined;
      this.#isAtOnce = false;
      this.#sending = this.#sendAll();
    });
  }

  async #sendAll(): Promise<void> {
    do await this.#send();
    while (this.#isDue && !this.#isClosed);
    this.#sending = undefined;
    if (this.waiting > 0 && !this.#isClosed) this.#arm();
  }

  async #send(): Promise<void> {
    const { entropy, primitives } = this.#parts;
    const proofs = this.#wanted.take(this.#nowMillis);
    const waiting = this.#sightings.take(bytesOfProofs(proofs));
    const dropped = this.#dropped;
    if (waiting.length === 0 && proofs.length === 0) return;
    try {
      const batch = await batchOf(waiting, proofs, primitives, entropy);
      this.#keep(batch);
      const sent = await this.#delivery.deliver(batch, dropped);
      if (sent.ok) this.#taken(batch, sent.value, dropped);
      else this.#giveUp(waiting.length, sent.error);
    } catch {
      // A fault of ours ends no server that is protected by us; it is told like a broker's.
      this.#giveUp(waiting.length, { status: 'INTERNAL', reason: undefined });
    }
    this.#tellLimits();
  }

  /** What is told by its hash can be shown from then on. */
  #keep({ waiting, proofHashes }: Batch): void {
    for (const [at, { sighting, atMillis }] of waiting.entries()) {
      const { proof, sessionId } = sighting;
      if (proof === undefined || sessionId === undefined) continue;
      this.#kept.keep(sessionId, proofHashes[at] ?? '', proof.text, atMillis);
    }
  }

  #taken({ waiting }: Batch, reply: ReportReply, told: number): void {
    this.#dropped -= told;
    this.#wanted.want(reply.proofsWanted, this.#nowMillis);
    const unread = this.#unread;
    this.#unread = 0;
    const { dropped } = reply;
    this.#onEvent({ kind: 'reported', observations: waiting.length, dropped, unread });
  }

  #giveUp(observations: number, { reason, status }: ReportFault): void {
    this.#dropped += observations;
    this.#onEvent({ kind: 'unreported', observations, code: reason ?? status });
  }

  #tellLimits(): void {
    const dropped = this.#droppedUntold;
    this.#droppedUntold = 0;
    if (dropped > 0) this.#onEvent({ kind: 'limit', reason: 'observations_full', count: dropped });
    const over = this.#hashing.takeOver();
    if (over > 0) this.#onEvent({ kind: 'limit', reason: 'destinations_full', count: over });
    const forgotten = this.#kept.takeForgotten();
    if (forgotten > 0) {
      this.#onEvent({ kind: 'limit', reason: 'proofs_kept_full', count: forgotten });
    }
  }
}
