import type { Revision, SessionId } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from './domain/limits.js';
import type { Registry } from './domain/registry.js';
import type { Session } from './domain/session.js';
import { FakeClock } from './doubles/fake-clock.js';
import { CallSpans } from './telemetry/call-spans.js';
import { type KeptSpans, startKeeping } from './telemetry/double-spans.js';
import type { LogFields } from './telemetry/log-fields.js';
import { noMeters } from './telemetry/meters.js';
import { openTelling, type Telling } from './tell-parts.js';

const session = 's1' as SessionId;
const revision = 7 as Revision;
const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
const refused = { kind: 'proof_replayed', resource: 'crm', session } as const;
const leak = {
  fact: { kind: 'foreign_key', session, words: 'a leak', figures: {} },
  session,
  outcome: 'session_revoked',
  done: { revision, sessionsEnded: 1 },
} as unknown as Parameters<Telling['answered']>[0];

let kept: KeptSpans;
let clock: FakeClock;
let hits: string[];
let lines: [string, LogFields][];
beforeEach(() => {
  kept = startKeeping();
  clock = new FakeClock();
  hits = [];
  lines = [];
});
afterEach(() => kept.stop());

function telling(spans: CallSpans | undefined): Telling {
  const keep = (fields: LogFields, text: string) => void lines.push([text, fields]);
  const registry = { resources: new Map([['crm', { audience: 'https://crm.example' }]]) };
  const own = { id: session, parent: undefined, name: 'triage' } as Session;
  return openTelling({
    store: { path: (id) => (id === session ? [own] : []) },
    registry: () => registry as unknown as Registry,
    clock,
    meters: { ...noMeters, limitHit: (name) => void hits.push(name) },
    logger: { debug: keep, info: keep, warn: keep, error: keep },
    spans,
  });
}

const cut = {
  handle: 'session',
  reason: 'operator',
  author: 'operator',
  revision,
  sessionsEnded: 1,
  session,
} as const;

describe('spans of signals', () => {
  // breaks when: whoever makes a resource refuse a million requests has as many spans made
  it('are so many on one resource’s word, and what is beyond is counted', () => {
    const { signal } = telling(new CallSpans());
    for (let nth = 0; nth < limits.signalSpansBurst + 10; nth += 1) signal(refused, { span });
    expect(kept.spans).toHaveLength(limits.signalSpansBurst);
    expect(new Set(hits)).toEqual(new Set(['signalSpansPerSecond']));
    clock.advance(1);
    for (let nth = 0; nth < limits.signalSpansPerSecond + 10; nth += 1) signal(refused, { span });
    expect(kept.spans).toHaveLength(limits.signalSpansBurst + limits.signalSpansPerSecond);
  });

  // breaks when: a flood of refused uses hides the theft
  it('are made of what the broker has proved, whatever resources say', () => {
    const { signal, answered } = telling(new CallSpans());
    for (let nth = 0; nth < limits.signalSpansBurst + 10; nth += 1) signal(refused, { span });
    answered(leak, [{ resource: 'crm', witness: 'w', span }]);
    const made = kept.spans.filter(({ attributes }) => attributes['creance.response']);
    expect(made).toHaveLength(1);
    const line = lines.find(([text]) => text === 'theft answered')?.[1];
    expect(line?.trace_id).toBe(made[0]?.spanContext().traceId);
    expect(kept.spans.at(-1)).toMatchObject({
      name: 'creance.cut',
      parentSpanContext: { spanId: made[0]?.spanContext().spanId },
    });
  });

  it('are none of a signal that came by no report', () => {
    telling(new CallSpans()).signal({ kind: 'unreported_action', resource: 'crm', session });
    expect(kept.spans).toEqual([]);
  });
});

describe('the line of a cut', () => {
  it('is written at once where nobody traces', () => {
    telling(undefined).cut(cut, { requestId: 'r1', now: clock.now() });
    expect(lines).toMatchObject([['cut', { requestId: 'r1', handle: 'session', revision }]]);
    expect(lines[0]?.[1]).not.toHaveProperty('trace_id');
  });

  it('waits for the span of its call where somebody does, and names its own', () => {
    const spans = new CallSpans();
    telling(spans).cut(cut, { requestId: 'r1', now: clock.now() });
    expect(lines).toEqual([]);
    const call = { method: '/a.B/Cut', requestId: 'r1', session: undefined, outcome: 'ok' };
    const arrival = spans.arrived(clock.now(), () => undefined);
    const { traceId } = spans.answered(arrival, { ...call, isProved: true }, clock.now());
    expect(lines).toMatchObject([['cut', { requestId: 'r1', trace_id: traceId }]]);
  });
});
