import { context, propagation, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';

/** For tests: an application that traces, and the spans that it has ended. */
export interface Traces {
  readonly spans: readonly ReadableSpan[];
  /** The span of a name; throws when there is none or more than one. */
  one(name: string): ReadableSpan;
  /** Runs work within a span of the application's own. */
  within<T>(name: string, work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** For tests: sets up a real tracer for this process, with W3C propagation, until it is stopped. */
export function startTraces(sampler?: Sampler): Traces {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  const provider = new NodeTracerProvider({ spanProcessors, ...(sampler && { sampler }) });
  provider.register();
  const spans = () => exporter.getFinishedSpans();
  return {
    get spans() {
      return spans();
    },
    one(name) {
      const [found, ...more] = spans().filter((span) => span.name === name);
      if (found !== undefined && more.length === 0) return found;
      throw new Error(`spans: ${spans().map((span) => span.name)}`);
    },
    within: (name, work) =>
      trace.getTracer('application').startActiveSpan(name, async (span) => {
        try {
          return await work();
        } finally {
          span.end();
        }
      }),
    async stop() {
      trace.disable();
      context.disable();
      propagation.disable();
      await provider.shutdown();
    },
  };
}

/** For tests: what W3C trace context makes of a span. */
export function traceparentOf(span: ReadableSpan): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-0${traceFlags}`;
}

/** For tests: everything that a span tells anybody. */
export function toldBy(span: ReadableSpan): string {
  const { name, attributes, events, links, status, resource, instrumentationScope } = span;
  const parts = { name, attributes, events, links, status, instrumentationScope };
  return JSON.stringify({ ...parts, resource: resource.attributes });
}
