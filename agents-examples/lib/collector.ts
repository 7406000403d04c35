import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as it came over OTLP, with the service that sent it. */
export interface ReceivedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined at the top of its trace. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly startMillis: number;
  readonly millis: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** A collector that keeps the spans that it is sent. */
export interface Collector {
  /** Variables by which processes send their spans here. */
  readonly environment: Readonly<Record<string, string>>;
  spans(): readonly ReceivedSpan[];
  close(): void;
}

interface WireAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, string | number | boolean>>;
}

interface WireSpan extends Pick<ReceivedSpan, 'traceId' | 'spanId' | 'name'> {
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly WireAttribute[];
  readonly links?: ReceivedSpan['links'];
}

interface WireTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly WireAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

/** Opens a collector on loopback: OTLP over HTTP, as JSON. */
export async function openCollector(): Promise<Collector> {
  const received: ReceivedSpan[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (request.url === '/v1/traces')
      received.push(...spansOf(JSON.parse(Buffer.concat(parts).toString()) as WireTraces));
    response.setHeader('content-type', 'application/json').end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_SEMCONV_STABILITY_OPT_IN: 'gen_ai_latest_experimental',
    },
    spans: () => received,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The spans of one request. */
function spansOf({ resourceSpans }: WireTraces): readonly ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => spanOf(service, span)));
  });
}

function spanOf(service: string, span: WireSpan): ReceivedSpan {
  const { traceId, spanId, name, parentSpanId, startTimeUnixNano, endTimeUnixNano } = span;
  const startMillis = Number(BigInt(startTimeUnixNano) / 1_000n) / 1_000;
  return {
    service,
    traceId,
    spanId,
    name,
    parentSpanId: parentSpanId || undefined,
    startMillis,
    millis: Number(BigInt(endTimeUnixNano) / 1_000n) / 1_000 - startMillis,
    attributes: valuesOf(span.attributes ?? []),
    links: (span.links ?? []).map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
  };
}

function valuesOf(attributes: readonly WireAttribute[]): ReceivedSpan['attributes'] {
  const entries = attributes.map(({ key, value }) => {
    const [kind, content] = Object.entries(value)[0] ?? [];
    // Whole numbers travel as text (protobuf JSON mapping).
    return [key, kind === 'intValue' ? Number(content) : (content ?? '')] as const;
  });
  return Object.fromEntries(entries);
}
