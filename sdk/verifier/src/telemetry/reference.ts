import { type Context, isSpanContextValid, type Span, trace } from '@opentelemetry/api';

/** A span by its W3C trace context: what a report names, and nothing that a decision is made of. */
export interface SpanReference {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** 16 of them. */
  readonly spanId: string;
}

/**
 * The reference of a span, sampled or not. Undefined when nobody traces: the API then gives back no span,
 * or the one above it, which is not the action's.
 */
export function referenceOf(span: Span, above: Context): SpanReference | undefined {
  const context = span.spanContext();
  if (!isSpanContextValid(context)) return undefined;
  const { traceId, spanId } = context;
  return spanId === trace.getSpanContext(above)?.spanId ? undefined : { traceId, spanId };
}
