import type { DiagLogger } from '@opentelemetry/api';
import type { LogFields } from './log-fields.js';

/** Milliseconds between two lines about a collector that fails: it is asked several times a second. */
const pauseMillis = 60_000;

/** Characters of a fault that are written down: the rest is stacks and answers of the collector. */
const faultCharsMax = 200;

/**
 * Takes what OpenTelemetry's SDK says of itself. By default it writes every failed export to the console,
 * with its stack and the collector's answer, and a collector that is away would fill the disk: here a fault
 * is one line of the log, and once a minute.
 */
export function exportFaults(
  logger: { warn(fields: LogFields, text: string): void },
  nowMillis: () => number,
): DiagLogger {
  let nextMillis = Number.NEGATIVE_INFINITY;
  const tell = (message: string) => {
    const now = nowMillis();
    if (now < nextMillis) return;
    nextMillis = now + pauseMillis;
    const fault = faultOf(message);
    logger.warn({ fault }, 'telemetry cannot be exported; all else goes on');
  };
  const quiet = () => {};
  return { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet };
}

/** The message of an error that was written as JSON, else the first line. */
function faultOf(message: string): string {
  const [, named] = /"message":"([^"\\]*)/.exec(message) ?? [];
  return (named ?? message.split('\n')[0] ?? '').slice(0, faultCharsMax);
}
