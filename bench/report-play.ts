import { randomBytes } from 'node:crypto';
import { type Observation, ReportActionsRequest } from '@creance/proto/wire';
import { inFlight } from './harness.js';
import { type HabitStep, habitOf, habitSteps } from './watched-habit.js';

/** Actions of one report, at most. */
const batchActions = 64;

const idBytes = 16;
const hashBytes = 32;
const bytesOfOne = idBytes + hashBytes;

/** At one step of its habit each third session does something else, which it is used to as well. */
const fork = { every: 3, step: 8, other: 13 } as const;

/** A session that is reported of. */
export interface PlayedSession {
  readonly id: Buffer;
  readonly workload: number;
}

interface Seen {
  readonly session: PlayedSession;
  readonly step: HabitStep;
  readonly counter: number;
  readonly atMillis: number;
}

/** A report of one resource's verifier. */
export interface PlayedBatch {
  readonly resource: number;
  readonly bytes: Buffer;
}

/**
 * Sessions that act in turn, each by its workload's habit, and what the verifiers of the resources gather
 * of it: reports of up to 64 actions, each of another session, with an id, a proof's number, time and hash,
 * and as old as it is when its report goes out. A session acts again when its last action was reported.
 */
export class ReportPlay {
  readonly #sessions: readonly PlayedSession[];
  readonly #habits: readonly (readonly HabitStep[])[];
  readonly #resources: number;
  #pass = 0;

  constructor(
    sessions: readonly PlayedSession[],
    place: { readonly workloads: number; readonly resources: number },
  ) {
    const { workloads, resources } = place;
    this.#sessions = sessions;
    this.#habits = Array.from({ length: workloads }, (_, nth) => habitOf(nth, resources));
    this.#resources = resources;
  }

  /** How many sessions act. */
  get sessions(): number {
    return this.#sessions.length;
  }

  /** Actions so far. */
  get acted(): number {
    return this.#pass * this.#sessions.length;
  }

  /** Lets every session act once, and reports it with so many reports in flight. */
  async pass(lanes: number, send: (batch: PlayedBatch) => Promise<void>): Promise<void> {
    const waiting: Seen[][] = Array.from({ length: this.#resources }, () => []);
    const full: { readonly resource: number; readonly seen: readonly Seen[] }[] = [];
    for (const [nth, session] of this.#sessions.entries()) {
      const seen = this.#act(session, nth);
      const { resource } = seen.step;
      const own = waiting[resource] as Seen[];
      own.push(seen);
      if (own.length < batchActions) continue;
      full.push({ resource, seen: own });
      waiting[resource] = [];
    }
    for (const [resource, seen] of waiting.entries())
      if (seen.length > 0) full.push({ resource, seen });
    this.#pass += 1;
    await inFlight(full.length, lanes, (nth) => {
      const { resource, seen } = full[nth] as (typeof full)[number];
      return send({ resource, bytes: reportOf(seen) });
    });
  }

  #act(session: PlayedSession, nth: number): Seen {
    const at = this.#pass % habitSteps;
    const isForked = at === fork.step && (nth + this.#pass) % fork.every === 0;
    const step = this.#habits[session.workload]?.[isForked ? fork.other : at] as HabitStep;
    return { session, step, counter: this.#pass + 1, atMillis: performance.now() };
  }
}

function reportOf(all: readonly Seen[]): Buffer {
  const random = randomBytes(bytesOfOne * all.length);
  const now = performance.now();
  const observations = all.map((seen, at) =>
    observationOf(seen, random.subarray(at * bytesOfOne, (at + 1) * bytesOfOne), now),
  );
  const report = ReportActionsRequest.encode({ observations, proofs: [], dropped: 0 });
  return Buffer.from(report.finish());
}

function observationOf(
  { session, step, counter, atMillis }: Seen,
  random: Buffer,
  now: number,
): Observation {
  return {
    ...step.seen,
    actionId: random.subarray(0, idBytes),
    sessionId: session.id,
    tokenHash: Buffer.alloc(0),
    audience: '',
    ageMillis: Math.round(now - atMillis),
    proof: {
      counter: BigInt(counter),
      issuedUnixSeconds: BigInt(Math.floor((performance.timeOrigin + atMillis) / 1_000)),
      hash: random.subarray(idBytes),
    },
    foreignProof: undefined,
    span: undefined,
  };
}
