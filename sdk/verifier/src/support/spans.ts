import { type Context, context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';

/** An application that traces, and the spans that it has ended. */
export interface Traces {
  readonly spans: readonly ReadableSpan[];
  /** The span of a name; throws when there is none or more than one. */
  one(name: string): ReadableSpan;
  /** Runs work within a span of the application's own. */
  within<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** The same, below the span that a request's `traceparent` names, as a server does that trusts it. */
  below<T>(traceparent: string, name: string, work: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Sets up a real tracer for this process, with W3C propagation, until it is stopped. */
export function startTraces(): Traces {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  const provider = new NodeTracerProvider({ spanProcessors });
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
    within: (name, work) => running(name, context.active(), work),
    below: (traceparent, name, work) =>
      running(name, propagation.extract(ROOT_CONTEXT, { traceparent }), work),
    async stop() {
      trace.disable();
      context.disable();
      propagation.disable();
      await provider.shutdown();
    },
  };
}

function running<T>(name: string, above: Context, work: () => Promise<T>): Promise<T> {
  const tracer = trace.getTracer('application');
  return tracer.startActiveSpan(name, {}, above, async (span) => {
    try {
      return await work();
    } finally {
      span.end();
    }
  });
}

/** Everything that a span tells anybody. */
export function toldBy(span: ReadableSpan): string {
  const { name, attributes, events, links, status, resource, instrumentationScope } = span;
  const parts = { name, attributes, events, links, status, instrumentationScope };
  return JSON.stringify({ ...parts, resource: resource.attributes });
}
