import { flushCompileCache } from 'node:module';
import pino from 'pino';
import { type Broker, startBroker } from '../broker.js';
import { type BrokerFlags, readConfig } from '../config.js';
import { limits } from '../domain/limits.js';
import { systemClock } from '../runtime/clock.js';
import type { ResolvedSettings } from '../settings/resolve.js';
import { CallSpans } from '../telemetry/call-spans.js';
import { exportFaults } from '../telemetry/export-faults.js';
import { startExporters } from '../telemetry/exporters.js';
import { harmlessLine } from '../telemetry/harmless-line.js';
import { CommandFailed, formatStartFault, type Output, printable } from './output.js';
import { serveCutOnly } from './serve-cut-only.js';
import { terminalLine } from './terminal-log.js';
import { insteadWords, takenWords, welcome } from './welcome.js';

/** Starts a broker and keeps it running until a signal; resolves when it has stopped. */
export async function serve(
  flags: BrokerFlags & { readonly logLevel: string },
  settings: ResolvedSettings,
  output: Output,
): Promise<void> {
  const config = readConfig(flags, (name) => settings[name].origin);
  if (!config.ok) throw new CommandFailed(config.error.map(formatStartFault).join('\n'), 78);
  const logging = { level: flags.logLevel, hooks: { streamWrite: harmlessLine } };
  const logger = pino(logging, logStream(config.value.dev));
  if (flags.cutOnly) return serveCutOnly(config.value, { logger, output, stopped });
  const exporters = await startExporters(
    process.env,
    exportFaults(logger, () => systemClock.monotonicMillis()),
  );
  const started = await startBroker(config.value, {
    logger,
    spans: exporters && new CallSpans(),
    onStoreFailed: (fault) => endLatched(fault, logger),
  });
  if (!started.ok) throw new CommandFailed(formatStartFault(started.error), started.error.exitCode);
  const broker = started.value;
  const { data } = config.value;
  const places = { manifest: flags.manifest, data, isDataByDefault: isByDefault(settings) };
  // Whoever reads that it is ready may stop it at once, and in order.
  const end = stopped();
  output.result(welcome(broker, places));
  const { manifestInsteadOfFile: instead, fileTaken } = broker;
  if (instead !== undefined) output.words(insteadWords(instead, places));
  const taken = fileTaken && takenWords(fileTaken);
  if (taken !== undefined) output.words(taken);
  const reloading = reloadOn('SIGHUP', broker, output);
  // Now, since a broker that is killed leaves nothing; once everything is kept, this writes nothing.
  flushCompileCache();
  await end;
  reloading.stop();
  await broker.stop();
  // Everything else is closed: nobody waits for the retries of an exporter.
  if ((await exporters?.close()) === false) process.exit(0);
}

/**
 * A store that has failed takes nothing more, and only a restart finds out what of it is left. Whoever wants to cut
 * right now is still heard: the process ends a little later, and whoever supervises it starts it again.
 */
function endLatched({ message }: Error, logger: pino.Logger): void {
  const seconds = limits.latchedSeconds;
  logger.fatal({ fault: message, seconds }, 'the store has failed: cuts alone, then stopping');
  setTimeout(() => process.exit(75), seconds * 1_000);
}

/**
 * Where the log goes. Programs read JSON; somebody who sits before a development broker reads lines. Also on a
 * terminal a broker in production writes JSON: what collects the log of a container may have given it one.
 */
function logStream(dev: boolean): pino.DestinationStream {
  const errors = pino.destination({ dest: 2, sync: true });
  if (!dev || !process.stderr.isTTY) return errors;
  return { write: (line) => void errors.write(terminalLine(line)) };
}

/** Whether a command that is typed in the same folder finds the data folder unnamed. */
function isByDefault({ data }: ResolvedSettings): boolean {
  return data.origin === 'default';
}

/** Reads the manifest again at each signal, one after the other; a faulty one changes nothing. */
function reloadOn(signal: 'SIGHUP', broker: Broker, output: Output): { stop(): void } {
  let last: Promise<void> = Promise.resolve();
  const onSignal = () => {
    last = last
      .then(() => reload(broker, output))
      .catch((fault: Error) =>
        output.words(`the manifest could not be read again: ${printable(fault.message)}`),
      );
  };
  process.on(signal, onSignal);
  return { stop: () => void process.off(signal, onSignal) };
}

async function reload(broker: Broker, output: Output): Promise<void> {
  reloadCertificate(broker, output);
  const reloaded = await broker.reload();
  if (reloaded.ok) {
    const words = takenWords(reloaded.value) ?? 'nothing changed';
    output.words(`the manifest was read again: ${words}`);
    return;
  }
  const { code, lines, fix } = reloaded.error;
  const faults = lines.map((line) => `  ${line}`).join('\n');
  output.words(`${code} the manifest was not taken; the old one holds\n${faults}\n  fix: ${fix}`);
}

/** Reads the certificate again, whatever becomes of the manifest. */
function reloadCertificate(broker: Broker, output: Output): void {
  const reloaded = broker.reloadCertificate();
  if (!reloaded.ok) {
    const { code, lines, fix } = reloaded.error;
    output.words(
      `${code} ${printable(lines.join('; '))}; the old certificate serves\n  fix: ${fix}`,
    );
  } else if (reloaded.value === 'taken') output.words('a new certificate serves');
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = () => {
      process.once('SIGINT', () => process.exit(130));
      resolve();
    };
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);
  });
}
