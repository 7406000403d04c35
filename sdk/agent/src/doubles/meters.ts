import { type Attributes, type MeterProvider, metrics } from '@opentelemetry/api';

/** What a test's meter was told: name, value, attributes. */
export type Told = [string, number, Attributes | undefined];

/** Keeps what instruments are told from now on, until it is stopped. */
export function startMeters(): { readonly told: readonly Told[]; stop(): void } {
  const told: Told[] = [];
  const instrument = (name: string) => {
    const keep = (value: number, of?: Attributes) => told.push([name, value, of]);
    return { add: keep, record: keep };
  };
  const meter = { createCounter: instrument, createHistogram: instrument };
  const provider = { getMeter: () => meter };
  metrics.setGlobalMeterProvider(provider as unknown as MeterProvider);
  return { told, stop: () => metrics.disable() };
}
