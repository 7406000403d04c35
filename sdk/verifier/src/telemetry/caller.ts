import {
  type Context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api';
import type { Call } from '../call.js';
import { traceHeaders } from './names.js';

/** Characters of a header that are looked into (W3C Trace Context §3.3.1.5). */
const headerCharsMax = 512;

const getter: TextMapGetter<Call> = {
  keys: () => Object.values(traceHeaders),
  // Of all that a propagator may ask for, baggage among it, a stranger's request gives these two.
  get(call, name) {
    if (name !== traceHeaders.parent && name !== traceHeaders.state) return undefined;
    const value = call.traceHeader?.(name) ?? undefined;
    return value === undefined || value.length > headerCharsMax ? undefined : value;
  },
};

/** The span that a request says it comes from: anybody's word. Undefined when it says nothing of sense. */
export function callerOf(call: Call): SpanContext | undefined {
  return trace.getSpanContext(propagation.extract(ROOT_CONTEXT, call, getter));
}

/** Where the span of a verification hangs. */
export interface Place {
  readonly above: Context;
  /** Whether it is a trace of its own. */
  readonly root: boolean;
  readonly links: Link[];
}

/**
 * The place in its caller's trace: below the span that the server has made of the request, when that
 * continues the caller's, else below the caller's own.
 */
export function placeOfAllowed(active: Context, caller: SpanContext | undefined): Place {
  const local = trace.getSpanContext(active);
  if (caller === undefined || caller.traceId === local?.traceId)
    return { above: active, root: false, links: [] };
  return { above: trace.setSpanContext(active, caller), root: false, links: linksTo(local) };
}

/**
 * A trace of its own, with links: a stranger chooses no trace of ours to write into, and none that must be
 * kept.
 */
export function placeOfRefused(active: Context, caller: SpanContext | undefined): Place {
  return { above: active, root: true, links: linksTo(caller, trace.getSpanContext(active)) };
}

/** By their ids alone: what else a stranger writes into the state of a trace goes no further. */
function linksTo(...spans: readonly (SpanContext | undefined)[]): Link[] {
  return spans.flatMap((span) => {
    if (span === undefined) return [];
    const { traceId, spanId, traceFlags, isRemote = false } = span;
    return [{ context: { traceId, spanId, traceFlags, isRemote } }];
  });
}
