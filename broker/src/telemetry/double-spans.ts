import { propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

/** Spans that a test keeps, by a real provider. */
export interface KeptSpans {
  readonly spans: readonly ReadableSpan[];
  /** Puts the process back to where nobody traces. */
  stop(): void;
}

/** Keeps every span from now on. */
export function startKeeping(): KeptSpans {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider);
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return {
    get spans() {
      return exporter.getFinishedSpans();
    },
    stop() {
      trace.disable();
      propagation.disable();
    },
  };
}
