import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** A process of ours that has said it is ready. */
export interface Running {
  readonly process: ChildProcess;
  /** What the ready line matched. */
  readonly ready: RegExpExecArray;
  /** Milliseconds from start to ready. */
  readonly readyMillis: number;
  /** Ends it with a signal and resolves when it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const readyMillisMax = 20_000;
const run = promisify(execFile);

/** Path of the `creance` command. */
export const creanceCommand: string = join(
  dirname(createRequire(import.meta.url).resolve('@creance/broker')),
  '../../bin/creance.mjs',
);

/** Path of a built file of the examples. */
export function builtFile(name: string): string {
  return join(dirname(fileURLToPath(import.meta.url)), '..', name);
}

/** Path of a file of the examples that is not built, such as a manifest. */
export function sourceFile(name: string): string {
  return join(dirname(fileURLToPath(import.meta.url)), '../..', name);
}

/**
 * Starts a Node process and waits for a line of its output. The process's own errors go to ours, or to
 * `onErrors`; when it ends before it is ready, this rejects.
 */
export async function start(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  readyLine: RegExp,
  onErrors?: (errors: Readable) => void,
): Promise<Running> {
  const startedAt = performance.now();
  // Not `node` from the path: that may be a shell wrapper, and a signal would end the wrapper alone.
  const child = spawn(process.execPath, [...traced(args), ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', onErrors === undefined ? 'inherit' : 'pipe', 'ipc'],
  });
  if (child.stderr !== null) onErrors?.(child.stderr);
  const ready = await lineOf(child, readyLine);
  child.stdout?.resume();
  return {
    process: child,
    ready,
    readyMillis: Math.round(performance.now() - startedAt),
    stop: (signal = 'SIGTERM') => gone(child, signal),
  };
}

/** A process of the examples traces by itself where a collector is named; the broker has its own way. */
function traced([file]: readonly string[]): readonly string[] {
  const isNamed = Boolean(process.env['OTEL_EXPORTER_OTLP_ENDPOINT']);
  return isNamed && file !== creanceCommand
    ? ['--import', pathToFileURL(builtFile('lib/telemetry.js')).href]
    : [];
}

function lineOf(child: ChildProcess, form: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error('the process was not ready in time')),
      readyMillisMax,
    );
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the process ended with ${code} before it was ready`));
    });
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = form.exec(line);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    });
  });
}

function gone(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

/** Runs the `creance` command and gives what it printed. */
export async function creance(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [creanceCommand, ...args]);
  return stdout.trim();
}
