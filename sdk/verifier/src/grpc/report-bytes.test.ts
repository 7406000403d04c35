import { describe, expect, it } from 'vitest';
import { actionCharsMax, reportBytesMax, reportProofsMax, verifierLimits } from '../limits.js';
import { nodePrimitives } from '../node-primitives.js';
import type { Primitives } from '../primitives.js';
import { batchOf, reportOf } from '../reports/batch.js';
import { Sightings } from '../reports/sightings.js';
import { bytesOfProofs } from '../reports/wanted-proofs.js';
import { systemEntropy } from '../runtime/entropy.js';
import { allowed, newSession, refused, theft } from '../support/sightings.js';
import { encodeReport } from './report-line.js';

describe('the bytes of a report', () => {
  // breaks when: bytesOf in sightings.ts counts a character of an action as one byte.
  it('stay below reportBytesMax, whatever is in it', async () => {
    const queue = new Sightings(verifierLimits);
    const action = '\uffff'.repeat(actionCharsMax);
    const proof = { text: 'x', counter: Number.MAX_SAFE_INTEGER, issuedAt: 2 ** 40 };
    const refusal = 'token_claims_malformed';
    for (let at = 0; at < 300; at += 1) {
      queue.add({ sighting: allowed(newSession(), { action, proof }), atMillis: 0 });
      queue.add({ sighting: refused(newSession(), { action, proof, refusal }), atMillis: 0 });
      queue.add({ sighting: { ...theft(newSession()), action }, atMillis: 0 });
    }
    const proofs = Array.from({ length: reportProofsMax }, () => 'p'.repeat(2_048));
    const sizes: number[] = [];
    while (queue.size > 0) {
      const shown = sizes.length % 2 === 0 ? proofs : [];
      const waiting = queue.take(bytesOfProofs(shown));
      expect(waiting.length).toBeGreaterThan(0);
      const batch = await batchOf(waiting, shown, nodePrimitives() as Primitives, systemEntropy);
      sizes.push(encodeReport(reportOf(batch, 2 ** 40, 2 ** 40)).length);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(reportBytesMax);
    expect(Math.max(...sizes)).toBeGreaterThan(reportBytesMax / 2);
  });
});
