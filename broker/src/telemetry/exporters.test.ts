import { DiagConsoleLogger } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { startExporters, wantsTelemetry } from './exporters.js';

describe('what the environment asks for', () => {
  it.each([
    [{}, false],
    [{ OTEL_SERVICE_NAME: 'x' }, false],
    [{ OTEL_TRACES_EXPORTER: 'none' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, true],
    [{ OTEL_METRICS_EXPORTER: 'otlp' }, true],
    [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'true' }, false],
  ])('%j is telemetry: %s', (environment, wants) => {
    expect(wantsTelemetry(environment)).toBe(wants);
  });

  it('starts nothing when nothing is asked for', async () => {
    expect(await startExporters({}, new DiagConsoleLogger())).toBeUndefined();
  });
});
