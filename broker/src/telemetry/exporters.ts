import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';

/** Telemetry on its way out of the process. */
export interface Exporters {
  /**
   * Sends what waits, for at most `closeMillis`, and stops; false when the collector was too slow, and then
   * what is still under way keeps the process running. Never rejects.
   */
  close(): Promise<boolean>;
}

/** Milliseconds that a collector is waited for at the end of the process. */
const closeMillis = 3_000;

/** Variables that name a collector, or what to export; `none` is nothing. */
const asking = /^OTEL_(?:EXPORTER_OTLP_(?:\w+_)?ENDPOINT|(?:TRACES|METRICS)_EXPORTER)$/;

/** Whether the environment asks for telemetry (OpenTelemetry, environment variable specification). */
export function wantsTelemetry(environment: NodeJS.ProcessEnv): boolean {
  if (environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false;
  return Object.entries(environment).some(
    ([name, value]) => asking.test(name) && value !== undefined && value !== '' && value !== 'none',
  );
}

/**
 * Starts exporting traces and metrics as the standard `OTEL_*` variables say; undefined when they ask for
 * nothing, and then the SDK is not even loaded. Metrics go only where they are asked for. Logs are lines of
 * the process and are exported by nobody. A collector that fails never ends the process: `faults` is told.
 */
export async function startExporters(
  environment: NodeJS.ProcessEnv,
  faults: DiagLogger,
): Promise<Exporters | undefined> {
  if (!wantsTelemetry(environment)) return undefined;
  const { startNodeSdk } = await import('@opentelemetry/sdk-node');
  const sdk = startNodeSdk({
    resourceAttributes: {
      'service.name': environment['OTEL_SERVICE_NAME'] ?? 'creance-broker',
    },
    logRecordProcessors: [],
    instrumentations: [],
  });
  // After the start, which sets up one that writes to the console.
  diag.setLogger(faults, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return {
    async close() {
      const late = new Promise<false>((done) => void setTimeout(done, closeMillis, false).unref());
      const sent = sdk.shutdown().then(
        () => true,
        () => true,
      );
      return Promise.race([sent, late]);
    },
  };
}
