import type { SpanContext } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { limits } from '../domain/limits.js';
import { SessionTraces } from './session-traces.js';

const span = (trace: number, id = 1): SpanContext => ({
  traceId: trace.toString(16).padStart(32, '0'),
  spanId: id.toString(16).padStart(16, '0'),
  traceFlags: 1,
});

describe('the traces that sessions have used', () => {
  it('are known by session, the last call of each', () => {
    const traces = new SessionTraces();
    traces.note('a', span(1, 1));
    traces.note('a', span(2, 2));
    traces.note('a', span(1, 3));
    expect(traces.usedBy('a', span(1).traceId)).toEqual(span(1, 3));
    expect(traces.usedBy('a', span(2).traceId)).toEqual(span(2, 2));
    expect(traces.lastOf('a')).toEqual(span(1, 3));
    // breaks when: what one session has used counts for another
    expect(traces.usedBy('b', span(1).traceId)).toBeUndefined();
    expect(traces.lastOf('b')).toBeUndefined();
  });

  it('are `tracesPerSession` of one session, the latest', () => {
    const traces = new SessionTraces();
    for (let nth = 1; nth <= limits.tracesPerSession + 1; nth += 1) traces.note('a', span(nth));
    expect(traces.usedBy('a', span(1).traceId)).toBeUndefined();
    expect(traces.usedBy('a', span(2).traceId)).toBeDefined();
  });

  it('are forgotten of the session that was silent longest, beyond `tracedSessions`', () => {
    const traces = new SessionTraces(2);
    traces.note('a', span(1));
    traces.note('b', span(1));
    traces.note('a', span(1));
    traces.note('c', span(1));
    expect(traces.size).toBe(2);
    expect(traces.lastOf('b')).toBeUndefined();
    expect(traces.lastOf('a')).toBeDefined();
  });
});
