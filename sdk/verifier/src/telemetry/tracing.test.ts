import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import { startTraces } from '../support/spans.js';
import { referenceOf } from './reference.js';
import { isTraced } from './tracing.js';

// breaks when: it says yes without a provider, or keeps what it has once seen
it('an application traces from the moment that it has a provider', async () => {
  expect(isTraced()).toBe(false);
  const traces = startTraces();
  expect(isTraced()).toBe(true);
  await traces.stop();
  expect(isTraced()).toBe(false);
});

// breaks when: ids of zeros, or those of the span above, are taken for a span's own
it('what the API gives in place of a span is none', () => {
  const tracer = trace.getTracer('nobody');
  expect(referenceOf(tracer.startSpan('a'), context.active())).toBeUndefined();
  const theirs = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  const above = trace.setSpanContext(ROOT_CONTEXT, theirs);
  const stand = tracer.startSpan('a', {}, above);
  expect(stand.spanContext()).toEqual(theirs);
  expect(referenceOf(stand, above)).toBeUndefined();
  expect(referenceOf(stand, ROOT_CONTEXT)).toEqual({
    traceId: theirs.traceId,
    spanId: theirs.spanId,
  });
});
