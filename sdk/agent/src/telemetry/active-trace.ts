import { isSpanContextValid, trace } from '@opentelemetry/api';

/** Id of the trace that is active here, 32 hex digits; undefined when nobody traces. */
export function activeTraceId(): string | undefined {
  const found = trace.getActiveSpan()?.spanContext();
  return found !== undefined && isSpanContextValid(found) ? found.traceId : undefined;
}
