import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  /** Runs work within a span of the application's own, and gives its trace id. */
  run(work: () => Promise<unknown>): Promise<string>;
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
    run: (work) =>
      trace.getTracer('application').startActiveSpan('agent run', async (span) => {
        try {
          await work();
          return span.spanContext().traceId;
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

/** Names from a span up to the top of its trace, as far as this process knows. */
export function pathOf(spans: readonly ReadableSpan[], span: ReadableSpan): readonly string[] {
  const parentId = span.parentSpanContext?.spanId;
  const parent = spans.find((each) => each.spanContext().spanId === parentId);
  return parent === undefined ? [span.name] : [span.name, ...pathOf(spans, parent)];
}

/** Everything that a span tells anybody. */
export function toldBy(span: ReadableSpan): string {
  const { name, attributes, events, links, status, resource } = span;
  return JSON.stringify({ name, attributes, events, links, status, from: resource.attributes });
}

/** A span as OTLP in JSON has it. */
export interface WireSpan {
  readonly name: string;
  readonly traceId: string;
  readonly parentSpanId?: string;
}

/** A collector of the broker's spans. */
export interface Collector {
  /** What the broker's process needs to export to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** All that came, as it came. */
  text(): string;
  spans(): readonly WireSpan[];
  close(): void;
}

/** Starts a collector on loopback. */
export async function openCollector(): Promise<Collector> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(Buffer.concat(chunks).toString());
    response.setHeader('content-type', 'application/json').end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_METRICS_EXPORTER: 'none',
    },
    text: () => bodies.join('\n'),
    spans: () =>
      bodies
        .flatMap((text) => JSON.parse(text).resourceSpans ?? [])
        .flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ spans }) => spans),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
