import { describe, expect, it } from 'vitest';
import { DestinationKey } from '../destinations.js';
import {
  actionCharsMax,
  destinationsReadMax,
  reportBytesMax,
  reportProofsMax,
  verifierLimits,
} from '../limits.js';
import { nodePrimitives } from '../node-primitives.js';
import type { Primitives } from '../primitives.js';
import { batchOf, reportOf } from '../reports/batch.js';
import { LateHashing } from '../reports/late-hashing.js';
import { Sightings, type Waiting } from '../reports/sightings.js';
import { bytesOfProofs } from '../reports/wanted-proofs.js';
import { systemEntropy } from '../runtime/entropy.js';
import { allowed, newSession, refused, theft } from '../support/sightings.js';
import { testClock } from '../support/test-clock.js';
import type { Sighting } from '../witness.js';
import { encodeReport } from './report-line.js';

describe('the bytes of a report', () => {
  // breaks when: bytesOf in sightings.ts counts a character of an action as one byte, or leaves out what it
  // was aimed at or came from
  it('stay below reportBytesMax, whatever is in it', async () => {
    const queue = new Sightings(verifierLimits);
    const action = '\uffff'.repeat(actionCharsMax);
    const proof = { text: 'x', counter: Number.MAX_SAFE_INTEGER, issuedAt: 2 ** 40 };
    const refusal = 'token_claims_malformed';
    const primitives = nodePrimitives() as Primitives;
    const key = new DestinationKey(new Uint8Array(32));
    const late = new LateHashing({ destinationKey: () => key, primitives, clock: testClock() });
    const named = Array.from({ length: destinationsReadMax }, (_, at) => ({
      kind: 'account' as const,
      value: `${at}`,
    }));
    const origin = { isSeen: true, network: new Uint8Array(6), client: 'c'.repeat(64) };
    const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    const aim = { action, origin, span };
    const waiting = (sighting: Sighting): Waiting => ({
      sighting: { ...sighting, ...aim },
      atMillis: 0,
      aimed: late.take({ named, unread: 1 }),
    });
    for (let at = 0; at < 300; at += 1) {
      queue.add(waiting(allowed(newSession(), { proof })));
      queue.add(waiting(refused(newSession(), { proof, refusal })));
      queue.add(waiting(theft(newSession())));
    }
    const proofs = Array.from({ length: reportProofsMax }, () => 'p'.repeat(2_048));
    const sizes: number[] = [];
    while (queue.size > 0) {
      const shown = sizes.length % 2 === 0 ? proofs : [];
      const taken = queue.take(bytesOfProofs(shown));
      expect(taken.length).toBeGreaterThan(0);
      const batch = await batchOf(taken, shown, primitives, systemEntropy);
      sizes.push(encodeReport(reportOf(batch, 2 ** 40, 2 ** 40)).length);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(reportBytesMax);
    expect(Math.max(...sizes)).toBeGreaterThan(reportBytesMax / 2);
  });
});
