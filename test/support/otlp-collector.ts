import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a span, a metric or a resource says, by name. */
type Attributes = Readonly<Record<string, unknown>>;

/** A span as OTLP has it, with the service that sent it. */
export interface OtlpSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly attributes: Attributes;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** One value of a metric as OTLP has it. */
export interface OtlpPoint {
  readonly service: string;
  readonly name: string;
  readonly unit: string;
  readonly attributes: Attributes;
  /** Of a sum or a gauge. */
  readonly value: number | undefined;
  /** Of a histogram: how many there were. */
  readonly count: number | undefined;
}

/** How a collector misbehaves. */
export type Manner = 'takes' | 'fails' | 'hangs';

// biome-ignore lint/suspicious/noExplicitAny: what others have sent, as it came.
type Wire = any;

/** A collector that takes what it is sent, over HTTP as JSON. */
export class OtlpCollector {
  readonly bodies: { readonly path: string; readonly text: string }[] = [];
  readonly #server: Server;
  manner: Manner = 'takes';
  /** Requests that came, whatever became of them. */
  requests = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      this.requests += 1;
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        if (this.manner === 'hangs') return;
        response.statusCode = this.manner === 'fails' ? 500 : 200;
        this.bodies.push({ path: request.url ?? '', text: Buffer.concat(parts).toString('utf8') });
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
  }

  /** Opens it; gives the variables by which a process sends everything here. */
  async open(): Promise<Record<string, string>> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      OTEL_METRIC_EXPORT_TIMEOUT: '400',
    };
  }

  /** Everything that came, as text. */
  get text(): string {
    return this.bodies.map(({ text }) => text).join('\n');
  }

  get spans(): readonly OtlpSpan[] {
    return this.#of('/v1/traces', 'resourceSpans').flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }: Wire) =>
        spans.map((span: Wire) => ({
          parentSpanId: '',
          links: [],
          ...span,
          service: serviceOf(resource),
          attributes: valuesOf(span.attributes),
        })),
      ),
    );
  }

  get points(): readonly OtlpPoint[] {
    return this.#of('/v1/metrics', 'resourceMetrics').flatMap(({ resource, scopeMetrics }) =>
      scopeMetrics.flatMap(({ metrics }: Wire) =>
        metrics.flatMap((metric: Wire) => pointsOf(serviceOf(resource), metric)),
      ),
    );
  }

  /** Takes nothing more. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #of(path: string, member: string): readonly Wire[] {
    return this.bodies
      .filter((body) => body.path === path)
      .flatMap(({ text }) => JSON.parse(text)[member]);
  }
}

function pointsOf(service: string, { name, unit = '', sum, gauge, histogram }: Wire): OtlpPoint[] {
  const { dataPoints = [] } = sum ?? gauge ?? histogram ?? {};
  return dataPoints.map(({ attributes, asInt, asDouble, count }: Wire) => ({
    service,
    name,
    unit,
    attributes: valuesOf(attributes),
    value: asInt === undefined ? asDouble : Number(asInt),
    count: count === undefined ? undefined : Number(count),
  }));
}

function serviceOf({ attributes }: Wire): string {
  return String(valuesOf(attributes)['service.name']);
}

function valuesOf(attributes: Wire[] = []): Attributes {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [kind, content] = Object.entries(value)[0] ?? [];
      return [key, kind === 'intValue' ? Number(content) : content];
    }),
  );
}
