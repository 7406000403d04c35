import { context, propagation, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';

/** An application that traces, and the spans that it has ended. */
export interface Traces {
  readonly spans: readonly ReadableSpan[];
  stop(): Promise<void>;
}

/** Sets up a real tracer for this process, with W3C propagation, until it is stopped. */
export function startTraces(): Traces {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register();
  return {
    get spans() {
      return exporter.getFinishedSpans();
    },
    async stop() {
      trace.disable();
      context.disable();
      propagation.disable();
      await provider.shutdown();
    },
  };
}

/** The ids of a span, as a report names them. */
export function idsOf(span: ReadableSpan | undefined): object {
  const { traceId, spanId } = span?.spanContext() ?? {};
  return { traceId, spanId };
}

/** Everything that a span tells anybody. */
export function toldBy({
  name,
  attributes,
  events,
  links,
  status,
  resource,
}: ReadableSpan): string {
  return JSON.stringify({ name, attributes, events, links, status, from: resource.attributes });
}
