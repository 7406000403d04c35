import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Creance, connect } from '@creance/sdk';
import { trace } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BrokerProcess, crmAudience } from '../support/broker-process.js';
import { startTraces, type Traces } from '../support/traces.js';

/** A span as OTLP in JSON has it. */
interface WireSpan {
  readonly name: string;
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly links?: readonly { readonly traceId: string }[];
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}

let collector: Server;
let broker: BrokerProcess;
let client: Creance;
let traces: Traces;
const bodies: { readonly path: string; readonly text: string }[] = [];

/** A collector that takes what it is sent. */
async function collect(): Promise<string> {
  collector = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      bodies.push({ path: request.url ?? '', text: Buffer.concat(parts).toString('utf8') });
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
  return `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
}

const spans = (): readonly WireSpan[] =>
  bodies
    .filter(({ path }) => path === '/v1/traces')
    .flatMap(({ text }) => JSON.parse(text).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans: some }) => some);

beforeAll(async () => {
  broker = new BrokerProcess(undefined, 'warn', {
    OTEL_EXPORTER_OTLP_ENDPOINT: await collect(),
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    OTEL_METRIC_EXPORT_TIMEOUT: '400',
  });
  await broker.start();
  traces = startTraces();
  client = await connect({ join: await broker.joinString('workload', 'triage') });
});

afterAll(async () => {
  await client?.close();
  await traces?.stop();
  await broker?.dispose();
  collector?.close();
});

describe('telemetry of a real broker, as a collector receives it', () => {
  // breaks when: a message of the stream does not carry its traceparent, or a proved caller is only linked
  it('goes on with the trace of the agent, over the stream and beside it, and holds no bearer material', async () => {
    let token = '';
    await trace.getTracer('application').startActiveSpan('agent run', async (span) => {
      const session = await client.session();
      const issued = await session.token({ audience: crmAudience, scopes: ['contacts:read'] });
      token = issued.reveal();
      await session.close();
      span.end();
    });
    const run = traces.spans.find(({ name }) => name === 'agent run')?.spanContext().traceId;
    const ofRun = () => spans().filter(({ traceId }) => traceId === run);
    await vi.waitUntil(() => ofRun().some(({ name }) => name.includes('ssueToken')), {
      timeout: 15_000,
      interval: 100,
    });
    const issue = ofRun().find(({ name }) => name.includes('ssueToken'));
    expect(issue?.attributes.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['creance.session', 'creance.workload', 'creance.outcome']),
    );
    expect(issue?.parentSpanId).toMatch(/^[0-9a-f]{16}$/);
    const all = bodies.map(({ text }) => text).join('\n');
    expect(all).toContain('creance-broker');
    expect(token.length).toBeGreaterThan(100);
    expect(all).not.toContain(token);
    expect(all).not.toContain(token.split('.')[2]);
  });

  it('counts requests by their outcome', async () => {
    const counted = () =>
      bodies.some(({ path, text }) => path === '/v1/metrics' && text.includes('creance.requests'));
    await vi.waitUntil(counted, { timeout: 15_000, interval: 100 });
  });

  // breaks when: a fault of the exporter is thrown at the process
  it('goes on when the collector is gone, and stops in time', async () => {
    collector.closeAllConnections();
    await new Promise((done) => collector.close(done));
    const session = await client.session();
    await session.token({ audience: crmAudience, scopes: ['contacts:read'] });
    await session.close();
    await client.close();
    const startedAt = performance.now();
    await broker.stop();
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(broker.output).not.toMatch(/unhandled|Error:/i);
  });
});
