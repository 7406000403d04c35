import { describe, expect, it } from 'vitest';
import { boundOfReason } from '../domain/refusal-bounds.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { registryOf } from '../doubles/registries.js';
import type { CallRecord } from './call-record.js';
import { edgeLimits } from './limits.js';
import { openReport } from './report.js';

const record = { requestId: 'r', method: '/m', address: '192.0.2.1', peer: 'p' } as CallRecord;

function reportWith(hits: string[], lines: object[] = []) {
  return openReport({
    logger: {
      warn: (fields) => void lines.push(fields),
      error: (fields) => void lines.push(fields),
    },
    meters: {
      request() {},
      limitHit: (limit) => void hits.push(limit),
    },
    clock: new FakeClock(),
    limits: edgeLimits(),
    registry: () => registryOf(),
    refusals: { note() {} },
  });
}

describe('a report', () => {
  // breaks when: refused does not look the reason up in boundOfReason
  it('counts each bound behind the edge under its own name', () => {
    const hits: string[] = [];
    const report = reportWith(hits);
    for (const reason of Object.keys(boundOfReason))
      report.refused(record, { reason: reason as never });
    report.refused(record, { reason: 'scope_not_granted' });
    expect(hits).toEqual(Object.values(boundOfReason));
  });

  it('writes a line for a refusal, and no more of one address than the rate of failures', () => {
    const lines: object[] = [];
    const report = reportWith([], lines);
    for (let at = 0; at < 1_000; at += 1) report.refused(record, { reason: 'proof_malformed' });
    expect(lines).toHaveLength(edgeLimits().failuresBurst);
  });
});
