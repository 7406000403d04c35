import { styleText } from 'node:util';
import pino from 'pino';
import { type Broker, startBroker } from '../broker.js';
import { type BrokerFlags, readConfig } from '../config.js';
import { systemClock } from '../runtime/clock.js';
import type { ResolvedSettings } from '../settings/resolve.js';
import { CallSpans } from '../telemetry/call-spans.js';
import { exportFaults } from '../telemetry/export-faults.js';
import { startExporters } from '../telemetry/exporters.js';
import { harmlessLine } from '../telemetry/harmless-line.js';
import { count } from './confirm.js';
import { CommandFailed, formatStartFault, type Output, printable } from './output.js';

/** Starts a broker and keeps it running until a signal; resolves when it has stopped. */
export async function serve(
  flags: BrokerFlags & { readonly logLevel: string },
  settings: ResolvedSettings,
  output: Output,
): Promise<void> {
  const config = readConfig(flags, (name) => settings[name].origin);
  if (!config.ok) throw new CommandFailed(config.error.map(formatStartFault).join('\n'), 78);
  const logging = { level: flags.logLevel, hooks: { streamWrite: harmlessLine } };
  const logger = pino(logging, pino.destination({ dest: 2, sync: true }));
  const exporters = await startExporters(
    process.env,
    exportFaults(logger, () => systemClock.monotonicMillis()),
  );
  const started = await startBroker(config.value, {
    logger,
    spans: exporters && new CallSpans(),
    onStoreFailed(fault) {
      logger.fatal({ fault: fault.message }, 'the store has failed: stopping');
      process.exit(75);
    },
  });
  if (!started.ok) throw new CommandFailed(formatStartFault(started.error), started.error.exitCode);
  const broker = started.value;
  output.result(welcome(broker, config.value.data));
  if (broker.manifestInsteadOfFile !== undefined)
    output.words(driftWords(broker.manifestInsteadOfFile));
  const reloading = reloadOn('SIGHUP', broker, output);
  await stopped();
  reloading.stop();
  await broker.stop();
  // Everything else is closed: nobody waits for the retries of an exporter.
  if ((await exporters?.close()) === false) process.exit(0);
}

function driftWords(version: number): string {
  const fix = 'creance plan shows how; creance apply or SIGHUP puts the file in force';
  return `version ${version} of the manifest is in force, and the file differs — fix: ${fix}`;
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
  const reloaded = await broker.reload();
  if (reloaded.ok) {
    output.words(
      `the manifest was read again: ${count(reloaded.value.sessionsEnded, 'session')} ended`,
    );
    return;
  }
  const { code, lines, fix } = reloaded.error;
  const faults = lines.map((line) => `  ${line}`).join('\n');
  output.words(`${code} the manifest was not taken; the old one holds\n${faults}\n  fix: ${fix}`);
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

function welcome(
  { identity, publicOrigin, httpOrigin, anchor, devSocket, firstOperatorFile }: Broker,
  data: string,
): string {
  const kind = identity.dev ? 'development broker' : 'broker';
  const rows = [
    ['issuer', identity.issuer],
    ['gRPC', publicOrigin],
    ...(httpOrigin === undefined ? [] : [['HTTP', `${httpOrigin}/.well-known/jwks.json`]]),
    ['data', `${data} (kept; Ctrl-C stops)`],
    ['anchor', anchor],
    ...(devSocket === undefined ? [] : [['operator', devSocket]]),
    ...(firstOperatorFile === undefined ? [] : [['operator', `join with ${firstOperatorFile}`]]),
  ];
  const lines = rows.map(
    ([name = '', value = '']) => `  ${styleText('dim', name.padEnd(9))} ${value}`,
  );
  const next = '  next      creance join-token create --workload <name>';
  return [
    styleText('bold', `Creance ${kind} is ready`),
    ...lines,
    ...(identity.dev ? [next] : []),
  ].join('\n');
}
