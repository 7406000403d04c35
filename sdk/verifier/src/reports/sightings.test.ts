import { describe, expect, it } from 'vitest';
import { reportBytesMax, reportObservationsMax, verifierLimits } from '../limits.js';
import { allowed, newSession, refused, theft } from '../support/sightings.js';
import type { Sighting } from '../witness.js';
import { Sightings } from './sightings.js';

const limits = {
  ...verifierLimits,
  observationsMax: 1_000,
  observationsPerSessionMax: 500,
  refusedObservationsMax: 200,
  refusedObservationsPerSessionMax: 50,
  foreignProofsMax: 16,
};

function filled(sightings: readonly Sighting[]): { queue: Sightings; taken: number } {
  const queue = new Sightings(limits);
  const taken = sightings.filter((sighting) => queue.add({ sighting, atMillis: 0 })).length;
  return { queue, taken };
}

const many = (count: number, make: (at: number) => Sighting) =>
  Array.from({ length: count }, (_, at) => make(at));

describe('Sightings', () => {
  // breaks when: refused uses go into the queue of allowed actions.
  it('lets no refused use take the room of an allowed action', () => {
    const flood = many(5_000, () => refused(newSession()));
    const { queue, taken } = filled(flood);
    expect(taken).toBe(limits.refusedObservationsMax);
    const honest = many(limits.observationsPerSessionMax, () => allowed(newSession()));
    expect(honest.every((sighting) => queue.add({ sighting, atMillis: 0 }))).toBe(true);
    const report = queue.take(0);
    const share = report.filter(({ sighting }) => sighting.refusal !== undefined).length;
    expect(report).toHaveLength(reportObservationsMax);
    expect(share).toBe(reportObservationsMax / 4);
  });

  it('bounds what one session says, allowed or refused', () => {
    const [loud, quiet] = [newSession(), newSession()];
    expect(filled(many(2_000, () => allowed(loud))).taken).toBe(limits.observationsPerSessionMax);
    const { queue, taken } = filled(many(2_000, () => refused(loud)));
    expect(taken).toBe(limits.refusedObservationsPerSessionMax);
    expect(queue.add({ sighting: refused(quiet), atMillis: 0 })).toBe(true);
  });

  it('bounds what waits in all', () => {
    const flood = many(2_000, () => allowed(newSession()));
    expect(filled(flood).taken).toBe(limits.observationsMax);
  });

  it('tells leaks first, from a room of their own that one session cannot fill', () => {
    const { queue } = filled(many(2_000, () => refused(newSession())));
    const loud = newSession();
    const thefts = many(limits.foreignProofsMax, () => theft(loud));
    const taken = thefts.filter((sighting) => queue.add({ sighting, atMillis: 0 })).length;
    expect(taken).toBe(2);
    const other = theft(newSession());
    expect(queue.add({ sighting: other, atMillis: 0 })).toBe(true);
    expect(queue.isUrgent).toBe(true);
    const told = queue.take(0).filter(({ sighting }) => sighting.foreignProof !== undefined);
    expect(told).toHaveLength(3);
    expect(queue.isUrgent).toBe(false);
  });

  // breaks when: take does not sort.
  it('gives a report in the order of sight', () => {
    const queue = new Sightings(limits);
    const session = newSession();
    const seen = [allowed(session), refused(session), theft(session), allowed(newSession())];
    for (const [atMillis, sighting] of seen.entries()) queue.add({ sighting, atMillis });
    expect(queue.take(0).map(({ sighting }) => sighting)).toEqual(seen);
  });

  it('fills a report up with refused uses when nothing else waits', () => {
    const { queue } = filled(many(200, () => refused(newSession())));
    expect(queue.take(0)).toHaveLength(reportObservationsMax);
  });

  it('takes no more into a report than its bytes allow', () => {
    const { queue } = filled(many(16, () => theft(newSession())));
    const report = queue.take(0);
    expect(report.length).toBe(Math.floor(reportBytesMax / 6_500));
    expect(queue.take(reportBytesMax)).toEqual([]);
    expect(queue.take(0).length).toBeGreaterThan(0);
  });
});
