import { type SpanContext, SpanKind, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Instant } from '../domain/instant.js';
import { type AnsweredCall, CallSpans } from './call-spans.js';
import { type KeptSpans, startKeeping } from './double-spans.js';

const callers: SpanContext = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  traceFlags: 1,
};
const traceparent = `00-${callers.traceId}-${callers.spanId}-01`;
const at = 1_764_000_000_000_000 as Instant;
const later = (at + 5_000) as Instant;
const headers = (name: string) => (name === 'traceparent' ? traceparent : undefined);

const call = (over: Partial<AnsweredCall> = {}): AnsweredCall => ({
  method: '/creance.v1.SessionService/IssueToken',
  requestId: 'r1',
  session: { id: 's1', name: 'triage' },
  outcome: 'ok',
  ...over,
});

let kept: KeptSpans;
beforeEach(() => {
  kept = startKeeping();
});
afterEach(() => kept.stop());

describe('the span of a call', () => {
  it('goes on with the trace of a caller who has proved who he is', () => {
    const spans = new CallSpans();
    const traceId = spans.answered(spans.arrived(at, headers), call(), later);
    expect(traceId).toBe(callers.traceId);
    const [span] = kept.spans;
    expect(span).toMatchObject({
      name: 'creance.v1.SessionService/IssueToken',
      kind: SpanKind.SERVER,
      parentSpanContext: { spanId: callers.spanId },
      links: [],
      attributes: {
        'rpc.system.name': 'grpc',
        'creance.request.id': 'r1',
        'creance.outcome': 'ok',
        'creance.session': 's1',
        'creance.workload': 'triage',
      },
    });
    expect(span?.duration).toEqual([0, 5_000_000]);
  });

  // breaks when: above is taken from the caller whoever he is
  it('only links what a stranger says of his trace', () => {
    const spans = new CallSpans();
    const stranger = call({ session: undefined, outcome: 'proof_missing' });
    const traceId = spans.answered(spans.arrived(at, headers), stranger, later);
    expect(traceId).not.toBe(callers.traceId);
    const [span] = kept.spans;
    expect(span?.parentSpanContext).toBeUndefined();
    expect(span?.links).toMatchObject([{ context: { spanId: callers.spanId } }]);
    expect(span?.status.code).toBe(0);
  });

  it.each([
    ['nonsense', 'nonsense'],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${callers.spanId}-01`],
    ['10,000 characters more', `${traceparent}-${'x'.repeat(10_000)}`],
    ['a control character', '\u0000'],
  ])('has no parent and no link from %s', (_, header) => {
    const spans = new CallSpans();
    spans.answered(
      spans.arrived(at, () => header),
      call(),
      later,
    );
    expect(kept.spans[0]).toMatchObject({ parentSpanContext: undefined, links: [] });
  });

  it('is an error only for a fault of ours', () => {
    const spans = new CallSpans();
    for (const outcome of ['internal', 'scope_not_granted'])
      spans.answered(spans.arrived(at, headers), call({ outcome }), later);
    expect(kept.spans.map(({ status }) => status.code)).toEqual([2, 0]);
  });

  it('costs nothing to ask for where nobody traces', () => {
    kept.stop();
    const spans = new CallSpans();
    expect(() => spans.answered(spans.arrived(at, headers), call(), later)).not.toThrow();
    expect(trace.getActiveSpan()).toBeUndefined();
  });
});
