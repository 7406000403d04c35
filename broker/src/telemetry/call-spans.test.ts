import { type SpanContext, SpanKind, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Instant } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import { type AnsweredCall, CallSpans, type CutOfCall } from './call-spans.js';
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
  isProved: true,
  outcome: 'ok',
  ...over,
});

const cutOf = (onMade: CutOfCall['onMade']): CutOfCall => ({
  told: {
    handle: 'workload',
    reason: 'operator',
    author: 'operator',
    revision: undefined,
    sessionsEnded: 2,
    session: undefined,
  },
  session: undefined,
  at,
  onMade,
});

let kept: KeptSpans;
beforeEach(() => {
  kept = startKeeping();
});
afterEach(() => kept.stop());

describe('the span of a call', () => {
  it('goes on with the trace of a caller who has proved who he is', () => {
    const spans = new CallSpans();
    const { traceId } = spans.answered(spans.arrived(at, headers), call(), later);
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
    const stranger = call({ session: undefined, isProved: false, outcome: 'proof_missing' });
    const { traceId } = spans.answered(spans.arrived(at, headers), stranger, later);
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

  it('goes on with the trace of whoever opens a session by good evidence', () => {
    const spans = new CallSpans();
    const opened = call({ session: undefined, isProved: true });
    expect(spans.answered(spans.arrived(at, headers), opened, later).traceId).toBe(callers.traceId);
  });

  // Accepted (threat model, Traces): a member chooses the trace that his own calls are written into.
  it('is in whatever trace a proved caller names, and what he has named counts as used', () => {
    const spans = new CallSpans();
    spans.answered(spans.arrived(at, headers), call(), later);
    expect(spans.traces.usedBy('s1', callers.traceId)).toBeDefined();
    const stranger = call({ session: undefined, isProved: false });
    spans.answered(spans.arrived(at, headers), stranger, later);
    expect(spans.traces.size).toBe(1);
  });

  // breaks when: calls that nobody named a trace for push out those that he has
  it('counts as used only where the caller has named a trace', () => {
    const spans = new CallSpans();
    const nothing = () => undefined;
    spans.answered(spans.arrived(at, nothing), call(), later);
    expect(spans.traces.size).toBe(0);
  });

  it('is an error only for a fault of ours', () => {
    const spans = new CallSpans();
    for (const outcome of ['internal', 'scope_not_granted'])
      spans.answered(spans.arrived(at, headers), call({ outcome }), later);
    expect(kept.spans.map(({ status }) => status.code)).toEqual([2, 0]);
  });

  it('is above that of the cut which the call made', () => {
    const spans = new CallSpans();
    const made: string[] = [];
    spans.cutIn(
      'r1',
      cutOf((span) => made.push(span.spanId)),
    );
    expect(kept.spans).toEqual([]);
    const own = spans.answered(spans.arrived(at, headers), call(), later);
    const cut = kept.spans.find(({ name }) => name === 'creance.cut');
    expect(cut?.parentSpanContext?.spanId).toBe(own.spanId);
    expect(cut?.spanContext().traceId).toBe(callers.traceId);
    expect(cut?.attributes['creance.request.id']).toBe('r1');
    expect(made).toEqual([cut?.spanContext().spanId]);
  });

  // breaks when: cuts of calls that were answered at their deadline wait for ever
  it('is waited for by `cutSpansWaiting` cuts; the oldest beyond gets a trace of its own', () => {
    const spans = new CallSpans();
    const made: number[] = [];
    for (let nth = 0; nth <= limits.cutSpansWaiting; nth += 1)
      spans.cutIn(
        `late ${nth}`,
        cutOf(() => made.push(nth)),
      );
    expect(made).toEqual([0]);
    expect(kept.spans.map(({ parentSpanContext }) => parentSpanContext)).toEqual([undefined]);
  });

  it('costs nothing to ask for where nobody traces', () => {
    kept.stop();
    const spans = new CallSpans();
    expect(() => spans.answered(spans.arrived(at, headers), call(), later)).not.toThrow();
    expect(trace.getActiveSpan()).toBeUndefined();
  });
});
