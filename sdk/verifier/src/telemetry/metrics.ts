import {
  type Counter,
  createNoopMeter,
  type Histogram,
  type MeterProvider,
  metrics,
} from '@opentelemetry/api';
import type { Judged } from '../judge.js';
import { tracerName } from './names.js';

/** Every metric of the verifier, in one place: what dashboards and alerts are built upon. */
export const verifierMetrics = {
  verifications: {
    name: 'creance.verifier.verifications',
    kind: 'counter',
    unit: '{request}',
    words: 'requests that were verified',
    attributes: {
      outcome: '`allowed` or `refused`',
      refusal: 'the reason of a refusal',
    },
  },
  duration: {
    name: 'creance.verifier.duration',
    kind: 'histogram',
    unit: 'ms',
    words: 'how long one verification took',
    attributes: { outcome: '`allowed` or `refused`' },
  },
} as const;

interface Instruments {
  readonly verifications: Counter;
  readonly duration: Histogram;
}

/** The instruments of the provider that was asked last; undefined where there is none. */
let known: { readonly provider: MeterProvider; readonly made: Instruments | undefined } | undefined;

/** When a verification began; undefined, and at no cost worth naming, when nobody measures. */
export function beginMeasure(nowMillis: () => number): number | undefined {
  return instruments() === undefined ? undefined : nowMillis();
}

/** Counts a verification and what came of it. */
export function measured({ verdict }: Judged, millis: number): void {
  const made = instruments();
  if (made === undefined) return;
  const outcome = verdict.ok ? 'allowed' : 'refused';
  made.duration.record(millis, { outcome });
  made.verifications.add(1, verdict.ok ? { outcome } : { outcome, refusal: verdict.error.reason });
}

/** Asked for each time: an application may set its provider up after the verifier was loaded. */
function instruments(): Instruments | undefined {
  const provider = metrics.getMeterProvider();
  if (known?.provider !== provider) known = { provider, made: make(provider) };
  return known.made;
}

function make(provider: MeterProvider): Instruments | undefined {
  const meter = provider.getMeter(tracerName);
  if (meter === createNoopMeter()) return undefined;
  const { verifications, duration } = verifierMetrics;
  const counter = { unit: verifications.unit, description: verifications.words };
  const histogram = { unit: duration.unit, description: duration.words };
  return {
    verifications: meter.createCounter(verifications.name, counter),
    duration: meter.createHistogram(duration.name, histogram),
  };
}
