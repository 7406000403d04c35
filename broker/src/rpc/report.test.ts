import { ExplainRefusalResponse } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import type { KeptRefusal } from '../domain/refusal.js';
import { boundOfReason } from '../domain/refusal-bounds.js';
import { refusalWords } from '../domain/refusal-words.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { registryOf } from '../doubles/registries.js';
import type { CallRecord } from './call-record.js';
import { writeExplainRefusal } from './convert-refusal.js';
import { edgeLimits } from './limits.js';
import { openReport } from './report.js';

const record = { requestId: 'r', method: '/m', address: '192.0.2.1', peer: 'p' } as CallRecord;

function reportWith(hits: string[], lines: object[] = [], kept: KeptRefusal[] = []) {
  return openReport({
    logger: {
      info: (fields) => void lines.push({ ...fields, level: 'info' }),
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
    refusals: { note: (refusal) => void kept.push(refusal) },
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

  it('warns nobody of what the owner of a development broker was refused and told', () => {
    const lines: object[] = [];
    const report = reportWith([], lines);
    const caller = { kind: 'dev-owner' } as const;
    report.refused({ ...record, caller } as CallRecord, { reason: 'refusal_unknown' });
    report.refused(record, { reason: 'proof_malformed' });
    expect(lines).toMatchObject([{ level: 'info', reason: 'refusal_unknown' }, {}]);
    expect(lines[1]).not.toHaveProperty('level');
  });

  // breaks when: the owner of a development broker is kept like somebody who proved nothing
  it('keeps that it was the owner of a development broker', () => {
    const kept: KeptRefusal[] = [];
    const own = { ...record, caller: { kind: 'dev-owner' } } as CallRecord;
    reportWith([], [], kept).refused(own, { reason: 'target_unknown' });
    const registry = registryOf();
    const [refusal] = kept as [KeptRefusal];
    const words = refusalWords(registry, refusal);
    expect(ExplainRefusalResponse.decode(writeExplainRefusal({ refusal, words }))).toMatchObject({
      name: 'dev-owner',
      sessionId: Buffer.alloc(0),
    });
  });

  // breaks when: a refusal is kept only where it is written down
  it('keeps every refusal for operators, by its network and without bearer material', () => {
    const kept: KeptRefusal[] = [];
    const report = reportWith([], [], kept);
    const detail = { presented: `https://x/${'a'.repeat(40)}` };
    for (let at = 0; at < 200; at += 1)
      report.refused(record, { reason: 'resource_unknown', detail });
    report.failed(record, new Error('a secret of ours'));
    expect(kept).toHaveLength(201);
    expect(kept[0]).toMatchObject({
      requestId: 'r',
      network: '192.0.2.0/24',
      caller: undefined,
      facts: { presented: 'https://x/[taken out]' },
    });
    expect(kept.at(-1)).toMatchObject({ reason: 'internal', facts: {} });
    expect(JSON.stringify(kept)).not.toMatch(/192\.0\.2\.1|a secret/);
  });

  it('keeps no step of a normal call', () => {
    const kept: KeptRefusal[] = [];
    const report = reportWith([], [], kept);
    report.refused(record, { reason: 'nonce_required' });
    report.refused(record, { reason: 'shutting_down' });
    report.answered(record);
    report.cancelled(record);
    expect(kept).toEqual([]);
  });
});
