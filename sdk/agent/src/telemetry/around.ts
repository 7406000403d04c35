import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { codeOf } from '../errors/code-of.js';
import { CreanceError } from '../errors/creance-error.js';
import { convention, tracerName } from './names.js';
import { isTraced } from './tracing.js';

/** The tracer. Asked for each time: an application may set its provider up after the SDK was loaded. */
export function tracer(): Tracer {
  return trace.getTracer(tracerName);
}

/** A span around a call to the broker, or around work. */
export interface SpanAround<T> {
  readonly name: string;
  readonly attributes: Attributes;
  /** `CLIENT` when absent. */
  readonly kind?: SpanKind;
  /** Where it hangs; below what is active when absent. */
  readonly above?: Context;
  /** What only the result tells. */
  readonly told?: (result: T) => Attributes;
}

/** Runs work within a span; as it is without one, and when nobody traces. The work is given the context that goes on the wire. */
export async function around<T>(
  span: SpanAround<T> | undefined,
  work: (within: Context | undefined) => Promise<T>,
): Promise<T> {
  if (span === undefined || !isTraced()) return work(undefined);
  const { name, attributes, kind = SpanKind.CLIENT, above = context.active() } = span;
  const begun = tracer().startSpan(name, { kind, attributes }, above);
  const within = trace.setSpan(above, begun);
  try {
    const result = await context.with(within, () => work(within));
    if (span.told !== undefined) begun.setAttributes(span.told(result));
    return result;
  } catch (error) {
    failed(begun, error);
    throw error;
  } finally {
    begun.end();
  }
}

/**
 * Marks a span as failed. Of the error only its code or class is told: messages of others may repeat what
 * a request held.
 */
export function failed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute(convention.errorType, typeOf(error));
}

function typeOf(error: unknown): string {
  if (error instanceof CreanceError) return codeOf(error);
  // Not `name`, which whoever has made the error may have set to anything.
  if (error instanceof Error) return error.constructor.name.slice(0, 64);
  return '_OTHER';
}
