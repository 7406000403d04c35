import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Writable } from 'node:stream';
import { systemClock } from '../runtime/clock.js';
import { CommandFailed, printable } from './output.js';

/** Signals that are passed on to the command. */
const passedOn = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGCONT',
] as const;

/** Milliseconds between SIGTERM and SIGKILL, and between two looks. */
const graceMillis = 5_000;
const lookMillis = 50;

/** What to run, and what it gets. */
export interface CommandStart {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Written to descriptor 3, which is then closed; absent: there is none. */
  readonly descriptor?: string;
}

/** A command in a process group of its own, with our standard input, output and error. */
export interface ProcessGroup {
  /** Its exit code; of one that a signal has ended 128 and the number of the signal, as a shell says it. */
  readonly exited: Promise<number>;
  /** Asks the whole group to end, and ends it 5 s later. Resolves when nobody is left, or could be. */
  end(): Promise<void>;
  /** Passes no more signals on. */
  letGo(): void;
}

/** Starts a command. Exit code 127 says that there is none of this name, 126 that it cannot be run. */
export async function startGroup(start: CommandStart): Promise<ProcessGroup> {
  const [file = '', ...args] = start.command;
  const isPiped = start.descriptor !== undefined;
  const stdio: StdioOptions = [
    'inherit',
    'inherit',
    'inherit',
    ...(isPiped ? ['pipe' as const] : []),
  ];
  const child = spawn(file, args, { stdio, env: start.env, detached: true });
  const exited = exitOf(child);
  await spawned(child, file);
  if (isPiped) give(child.stdio[3] as Writable, start.descriptor ?? '');
  const stopPassing = passOn(child);
  return {
    exited,
    letGo: stopPassing,
    end: () => endGroup(child.pid ?? 0),
  };
}

function spawned(child: ChildProcess, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT';
      const why = isMissing ? 'there is no such command' : `it cannot be run: ${error.code}`;
      const fix = isMissing ? 'check the name and PATH' : 'check its mode and what it is';
      const words = `${printable(file)}: ${why} — fix: ${fix}`;
      reject(new CommandFailed(words, isMissing ? 127 : 126));
    });
  });
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

function give(pipe: Writable, text: string): void {
  // A command that has no use for it closes it unread.
  pipe.on('error', () => {});
  pipe.end(text);
}

function passOn(child: ChildProcess): () => void {
  const listeners = passedOn.map((signal) => {
    const listener = () => signalGroup(child.pid ?? 0, signal);
    process.on(signal, listener);
    return () => void process.off(signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}

/** Whether there was somebody to hear it; zombies count. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    // Zero and below would be our own group, or everybody.
    return leader > 1 && process.kill(-leader, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function endGroup(leader: number): Promise<void> {
  const endsAt = systemClock.monotonicMillis() + graceMillis;
  signalGroup(leader, 'SIGTERM');
  // A stopped process hears it only when it goes on.
  signalGroup(leader, 'SIGCONT');
  while (signalGroup(leader, 0)) {
    if (systemClock.monotonicMillis() >= endsAt) {
      signalGroup(leader, 'SIGKILL');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, lookMillis));
  }
}
