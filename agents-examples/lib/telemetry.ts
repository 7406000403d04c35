import { basename } from 'node:path';
import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';

/**
 * Telemetry of a process of the examples: OpenTelemetry's own SDK, started when the standard variables name
 * a collector, and else not even loaded. Creance's packages find its tracer by themselves.
 */
const sdk = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ? await startSdk() : undefined;

/** Milliseconds that a collector is waited for when the process leaves. */
const closeMillis = 2_000;

async function startSdk() {
  const { startNodeSdk } = await import('@opentelemetry/sdk-node');
  const own = basename(process.argv[1] ?? 'example', '.js');
  return startNodeSdk({
    resourceAttributes: { 'service.name': process.env['OTEL_SERVICE_NAME'] ?? own },
    logRecordProcessors: [],
    instrumentations: [],
  });
}

// A service has told what it saw before it is gone.
if (sdk !== undefined) process.once('SIGTERM', () => void closeTelemetry());

/** Sends what waits. Never rejects. */
export async function closeTelemetry(): Promise<void> {
  const late = new Promise<void>((done) => void setTimeout(done, closeMillis).unref());
  await Promise.race([sdk?.shutdown().catch(() => {}), late]);
}

/** The trace that is going on, for another process (W3C Trace Context); nothing when nobody traces. */
export function traceToCarry(): Record<string, string> {
  const carried: Record<string, string> = {};
  propagation.inject(context.active(), carried);
  const { traceparent } = carried;
  return traceparent === undefined ? {} : { traceparent };
}

/** Does work in a trace that another process has carried here. */
export function inTrace<T>(traceparent: string | undefined, work: () => T): T {
  const carried = traceparent === undefined ? {} : { traceparent };
  return context.with(propagation.extract(ROOT_CONTEXT, carried), work);
}
