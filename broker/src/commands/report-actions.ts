import { ok, refuse } from '@creance/proto';
import type { Witness } from '../detect/witness.js';
import type { ActionReport, Aim, Observation, ReportTaken, Sighting } from '../domain/action.js';
import type { Instant } from '../domain/instant.js';
import { type LimitName, limits } from '../domain/limits.js';
import type { CurrentRegistry, Resource } from '../domain/registry.js';
import type { Session } from '../domain/session.js';
import type { Clock } from '../runtime/clock.js';
import type { Store } from '../store/store.js';
import { type Command, sessionOf } from './call.js';

/** Why observations were not taken. */
export type DropCause =
  /** The session is not in memory, or is none of a workload. */
  | 'session_unknown'
  /** A session named no registered resource for what it has done. */
  | 'audience_unknown'
  /** A bound of the queue, counted under its own name too. */
  | 'queue_full'
  /** The witness itself had no room. */
  | 'dropped_by_witness';

/** Parts of the verb. */
export interface ReportActionsParts {
  readonly registry: CurrentRegistry;
  readonly store: Pick<Store, 'session'>;
  readonly clock: Pick<Clock, 'monotonicMillis'>;
  readonly witness: Pick<Witness, 'take' | 'show' | 'wantedOf'>;
  readonly limitHit: (name: LimitName) => void;
  /** Counts observations that were not taken. */
  readonly onDropped: (cause: DropCause, count: number) => void;
}

/** When the batch came. */
interface Arrival {
  readonly now: Instant;
  readonly millis: number;
}

/** An observation that is not taken. */
type Drop = Extract<DropCause, 'session_unknown' | 'audience_unknown'>;

/**
 * Takes a batch of what a witness saw. A verifier speaks of its own resource and nothing else; a session
 * speaks of itself, and neither shows proofs nor is asked for any. A batch that holds more than one may is
 * refused whole. Nothing that an observation says makes it be refused: each is taken or dropped, and judged
 * later.
 */
export function reportActions(parts: ReportActionsParts): Command<ActionReport, ReportTaken> {
  return async (report, call) => {
    const excess = boundHit(report);
    if (excess !== undefined) {
      parts.limitHit(excess);
      return refuse({
        reason: 'request_too_large',
        detail: { bound: excess, most: limits[excess] },
      });
    }
    const own = sessionOf(call);
    const isStrong = own.kind === 'verifier';
    if (isStrong && !parts.registry().resources.has(own.name))
      return refuse({ reason: 'workload_not_registered' });
    const arrival = { now: call.now, millis: parts.clock.monotonicMillis() };
    const stamp = isStrong ? strongSighting : weakSighting;
    const stamped = report.observations.map((each) => stamp(parts, own, each, arrival));
    const sightings = stamped.filter((each) => typeof each !== 'string');
    const { taken, dropped } = parts.witness.take(sightings);
    count(parts, stamped, dropped, report.dropped);
    const answer = { taken, dropped: report.observations.length - taken };
    if (!isStrong) return ok({ ...answer, proofsWanted: [] });
    parts.witness.show(report.proofs);
    return ok({ ...answer, proofsWanted: parts.witness.wantedOf(own.id) });
  };
}

/** What a verifier has seen at its own resource; the session may be unknown to it. */
function strongSighting(
  { registry, store }: ReportActionsParts,
  own: Session,
  seen: Observation,
  arrival: Arrival,
): Sighting | Drop {
  const resource = registry().resources.get(own.name) as Resource;
  if (seen.session !== undefined && store.session(seen.session)?.kind !== 'workload')
    return 'session_unknown';
  const { session, proof, foreignProof } = seen;
  const shown = { session, proof: isCountable(proof) ? proof : undefined, foreignProof };
  return { ...stampOf(own, seen, arrival), ...placeOf(resource), strength: 'strong', ...shown };
}

/** Nobody vouches for where he himself comes from (law 11), and none but the resource for what it did. */
const ownVantage = { origin: false, destination: false };
const noAim: Aim = { destinations: [], network: undefined, client: undefined };

/**
 * What a session says of itself: whatever it says of others, of tokens or of proofs is left out, and where it
 * says that it came from or aimed at.
 */
function weakSighting(
  { registry }: ReportActionsParts,
  own: Session,
  seen: Observation,
  arrival: Arrival,
): Sighting | Drop {
  const resource = registry().resourceByAudience.get(seen.audience ?? '');
  if (resource === undefined) return 'audience_unknown';
  const shown = { session: own.id, proof: undefined, foreignProof: undefined, ...noAim };
  const vantage = { ...seen.vantage, ...ownVantage };
  return {
    ...stampOf(own, seen, arrival),
    ...placeOf(resource),
    strength: 'weak',
    vantage,
    ...shown,
  };
}

function placeOf({ name, audience }: Resource): Pick<Sighting, 'resource' | 'audience'> {
  return { resource: name, audience };
}

/** By our clocks: what lies further back than a witness may look came at the edge of that. */
function stampOf(
  own: Session,
  seen: Observation,
  { now, millis }: Arrival,
): Pick<
  Sighting,
  | 'id'
  | 'witness'
  | 'action'
  | 'outcome'
  | 'refusal'
  | 'vantage'
  | 'at'
  | 'seenMillis'
  | 'span'
  | keyof Aim
> {
  const { id, action, outcome, refusal, vantage, ageMillis, span } = seen;
  const { destinations, network, client } = seen;
  const age = Math.min(Math.max(0, ageMillis), limits.observationAgeSeconds * 1_000);
  const at = (now - age * 1_000) as Instant;
  const seenMillis = millis - age;
  const aim = { destinations, network, client };
  return { id, witness: own.id, action, outcome, refusal, vantage, at, seenMillis, span, ...aim };
}

/** Numbers that a double does not hold exactly cannot be compared. */
function isCountable(proof: Observation['proof']): boolean {
  return (
    proof !== undefined &&
    Number.isSafeInteger(proof.counter) &&
    proof.counter >= 0 &&
    Number.isSafeInteger(proof.issuedAt)
  );
}

/** The bound that a batch exceeds. */
function boundHit({
  observations,
  proofs,
}: ActionReport): 'reportObservations' | 'reportProofs' | undefined {
  if (observations.length > limits.reportObservations) return 'reportObservations';
  return proofs.length > limits.reportProofs ? 'reportProofs' : undefined;
}

function count(
  { onDropped }: ReportActionsParts,
  stamped: readonly (Sighting | Drop)[],
  queueFull: number,
  byWitness: number,
): void {
  for (const cause of ['session_unknown', 'audience_unknown'] as const) {
    const dropped = stamped.filter((each) => each === cause).length;
    if (dropped > 0) onDropped(cause, dropped);
  }
  if (queueFull > 0) onDropped('queue_full', queueFull);
  if (byWitness > 0) onDropped('dropped_by_witness', byWitness);
}
