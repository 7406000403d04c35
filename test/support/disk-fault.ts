import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** A fault of the disk that strace makes of a system call on one file. */
export interface InjectedFault {
  readonly file: string;
  readonly call: 'pwrite64' | 'fsync' | 'fdatasync';
  readonly error: 'ENOSPC' | 'EIO';
}

/** Whether strace is here and may attach to a process of ours. */
export function mayInject(): boolean {
  const probe = spawn('sleep', ['5'], { stdio: 'ignore' });
  const tried = spawnSync('timeout', [
    '1',
    'strace',
    '-qq',
    '-o',
    '/dev/null',
    '-p',
    `${probe.pid}`,
  ]);
  probe.kill();
  // By timeout: it was attached for the whole second.
  return tried.status === 124;
}

/** Has a running process meet faults on a file; `end` gives it a disk that is well again. */
export async function injectFault(
  pid: number,
  { file, call, error }: InjectedFault,
): Promise<{ end(): Promise<void> }> {
  const strace: ChildProcess = spawn(
    'strace',
    [
      '-f',
      '-p',
      `${pid}`,
      '-P',
      file,
      '-e',
      `trace=${call}`,
      '-e',
      `inject=${call}:error=${error}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  strace.stderr?.on('data', (text) => {
    said += text;
  });
  for (let tries = 0; !said.includes('attached') && tries < 200; tries += 1) await pause(10);
  // Its other threads are attached one after the other.
  await pause(100);
  if (!said.includes('attached')) throw new Error(`strace has not attached: ${said}`);
  return {
    async end() {
      if (strace.exitCode !== null || strace.signalCode !== null) return;
      const gone = once(strace, 'exit');
      strace.kill('SIGINT');
      await gone;
    },
  };
}
