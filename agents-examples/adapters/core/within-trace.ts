import { context, propagation, trace } from '@opentelemetry/api';

const names = ['traceparent', 'tracestate'] as const;

/**
 * Answers a request in its caller's trace, so that what a tool asks of others hangs below it. Only for a
 * caller that was let through; what the server's own instrumentation has begun stays, and no baggage comes in.
 */
export function withinTrace<T>({ headers }: Request, answer: () => T): T {
  if (trace.getSpan(context.active()) !== undefined) return answer();
  const carried = names.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const within = propagation.extract(context.active(), Object.fromEntries(carried));
  return context.with(within, answer);
}
