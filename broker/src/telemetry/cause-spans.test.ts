import { type SpanContext, SpanKind, TraceFlags } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CutTold } from '../domain/cut-told.js';
import type { Instant } from '../domain/instant.js';
import { CauseSpans, type SignalTold } from './cause-spans.js';
import { type KeptSpans, startKeeping } from './double-spans.js';
import { attribute } from './names.js';
import { SessionTraces } from './session-traces.js';

const at = 1_764_000_000_000_000 as Instant;
const theirs = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
const ofCall: SpanContext = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), traceFlags: 1 };
const session = { id: 's2', parent: 's1', root: 's1', workload: 'triage' };

const told = (over: Partial<SignalTold> = {}): SignalTold => ({
  kind: 'scope_refused',
  session,
  resource: 'https://crm.example',
  isOwn: false,
  ...over,
});

let kept: KeptSpans;
let traces: SessionTraces;
let spans: CauseSpans;
beforeEach(() => {
  kept = startKeeping();
  traces = new SessionTraces();
  spans = new CauseSpans(traces);
});
afterEach(() => kept.stop());

const first = () => {
  const [span] = kept.spans;
  if (span === undefined) throw new Error('no span was made');
  return span;
};
const linked = () => first().links.map(({ context: { traceId, spanId } }) => ({ traceId, spanId }));

describe('the span of a signal', () => {
  it('is a part of the reported trace when its session has used that with the broker', () => {
    traces.note(session.id, { ...ofCall, traceId: theirs.traceId });
    spans.signal(told(), theirs, at);
    expect(first().parentSpanContext).toMatchObject(theirs);
    expect(first().links).toEqual([]);
    expect(first()).toMatchObject({
      name: 'creance.signal',
      kind: SpanKind.INTERNAL,
      attributes: {
        [attribute.signalKind]: 'scope_refused',
        [attribute.session]: 's2',
        [attribute.parent]: 's1',
        [attribute.root]: 's1',
        [attribute.workload]: 'triage',
        [attribute.resource]: 'https://crm.example',
      },
    });
  });

  // breaks when: the reporter's word is enough to write into a trace
  it.each([
    ['the session has used another', () => traces.note(session.id, ofCall)],
    ['the session has used none', () => {}],
    [
      'only another session has used it',
      () => traces.note('s9', { ...ofCall, traceId: theirs.traceId }),
    ],
  ])('is a trace of its own with a link when %s', (_, prepare) => {
    prepare();
    spans.signal(told(), theirs, at);
    expect(first().parentSpanContext).toBeUndefined();
    expect(first().spanContext().traceId).not.toBe(theirs.traceId);
    expect(linked()).toEqual([theirs]);
  });

  it('is in no trace that is named where it speaks of no session', () => {
    traces.note(session.id, { ...ofCall, traceId: theirs.traceId });
    spans.signal(told({ session: undefined }), theirs, at);
    expect(first().parentSpanContext).toBeUndefined();
    expect(linked()).toEqual([theirs]);
  });

  it('of what the broker has proved is in the session’s own trace, linked to the thief’s', () => {
    traces.note(session.id, ofCall);
    spans.signal(told({ isOwn: true, kind: 'foreign_key', response: 'tree_revoked' }), theirs, at);
    expect(first().parentSpanContext).toMatchObject(ofCall);
    expect(linked()).toEqual([theirs]);
    expect(first().attributes[attribute.response]).toBe('tree_revoked');
  });

  // breaks when: a report decides that a trace is kept which its own session has not had sampled
  it('is sampled as the session’s own call was', () => {
    traces.note(session.id, {
      ...ofCall,
      traceId: theirs.traceId,
      traceFlags: TraceFlags.NONE,
    });
    expect(spans.signal(told(), theirs, at).traceFlags).toBe(TraceFlags.NONE);
    expect(kept.spans).toEqual([]);
  });
});

it('the span of a cut hangs below that of its signal, and says what it cut', () => {
  const cut: CutTold = {
    handle: 'session',
    reason: 'theft',
    author: 'broker',
    revision: 7 as CutTold['revision'],
    sessionsEnded: 3,
    session: 's1' as CutTold['session'],
  };
  const signal = spans.signal(told({ isOwn: true }), undefined, at);
  const root = { id: 's1', parent: undefined, root: 's1', workload: 'boss' };
  spans.cutBelow(signal, cut, root, at);
  const made = kept.spans.find(({ name }) => name === 'creance.cut');
  expect(made?.parentSpanContext?.spanId).toBe(signal.spanId);
  expect(made?.attributes).toEqual({
    'creance.cut.handle': 'session',
    'creance.cut.reason': 'theft',
    'creance.cut.author': 'broker',
    'creance.cut.sessions_ended': 3,
    'creance.revision': 7,
    'creance.session': 's1',
    'creance.root': 's1',
    'creance.workload': 'boss',
  });
});
