import { type Counter, createNoopMeter, type MeterProvider, metrics } from '@opentelemetry/api';
import { tracerName } from './names.js';

/** Every metric of the SDK, in one place: what dashboards and alerts are built upon. */
export const agentMetrics = {
  tokens: {
    name: 'creance.agent.tokens',
    kind: 'counter',
    unit: '{token}',
    words: 'tokens that sessions asked for, by where they came from',
    attributes: {
      source: '`broker`, or `memory` for one that was there',
      outcome: '`ok`, or the code of the error',
    },
  },
} as const;

/** The counter of the provider that was asked last; undefined where there is none. */
let known: { readonly provider: MeterProvider; readonly made: Counter | undefined } | undefined;

/** Counts a token that was asked for; `outcome` is `ok` or an error's code. */
export function countToken(source: 'broker' | 'memory', outcome: string): void {
  counter()?.add(1, { source, outcome });
}

/** Asked for each time: an application may set its provider up after the SDK was loaded. */
function counter(): Counter | undefined {
  const provider = metrics.getMeterProvider();
  if (known?.provider !== provider) known = { provider, made: make(provider) };
  return known.made;
}

function make(provider: MeterProvider): Counter | undefined {
  const meter = provider.getMeter(tracerName);
  if (meter === createNoopMeter()) return undefined;
  const { name, unit, words: description } = agentMetrics.tokens;
  return meter.createCounter(name, { unit, description });
}
