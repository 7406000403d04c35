/** Telemetry on its way out of the process. */
export interface Exporters {
  /** Sends what waits, for at most `closeMillis`, and stops. Never rejects. */
  close(): Promise<void>;
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
 * the process and are exported by nobody. A collector that fails never ends the process.
 */
export async function startExporters(
  environment: NodeJS.ProcessEnv,
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
  return {
    async close() {
      const late = new Promise<void>((done) => void setTimeout(done, closeMillis).unref());
      await Promise.race([sdk.shutdown().catch(() => {}), late]);
    },
  };
}
