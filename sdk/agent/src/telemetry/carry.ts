import { hasSubscribers } from 'node:diagnostics_channel';
import { type Context, propagation } from '@opentelemetry/api';

/** Headers of a request, or metadata of a call, that can take a trace along. */
export interface Carrier {
  has(name: string): boolean;
  set(name: string, value: string): void;
}

const [parent, state] = ['traceparent', 'tracestate'] as const;

/**
 * Lets a request carry its trace on (W3C Trace Context), by whatever the application has chosen for that;
 * nothing when it has chosen nothing. What the caller has set stays, and a `tracestate` goes with its own
 * `traceparent` only.
 */
export function carry(from: Context, carrier: Carrier): void {
  const isTraced = carrier.has(parent);
  propagation.inject(from, carrier, {
    set: (to, name, value) => {
      const isTaken = to.has(name) || (isTraced && name === state);
      if (!isTaken) to.set(name, value);
    },
  });
}

/** The trace alone, for the broker: it has no use for what else the application sends along. */
export function traceOf(from: Context): Readonly<Record<string, string>> {
  const carried: Record<string, string> = {};
  propagation.inject(from, carried);
  return Object.fromEntries(
    [parent, state].flatMap((name) => (carried[name] === undefined ? [] : [[name, carried[name]]])),
  );
}

/**
 * Whether somebody instruments `fetch` itself: such instrumentation appends its own `traceparent`, by the
 * span that it makes below ours, and a request with two of them has none.
 */
export function isFetchInstrumented(): boolean {
  return hasSubscribers('undici:request:create');
}
