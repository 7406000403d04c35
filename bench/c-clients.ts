import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lanes } from './call-subjects.js';
import { cpuMicrosOf, type Subject } from './harness.js';

const run = promisify(execFile);

/** Whether a program is there. */
export function has(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** What to install for the clients in C that are not there. */
export function missingClients(): string[] {
  const packages = { h2load: 'nghttp2-client', wrk: 'wrk' };
  return Object.entries(packages)
    .filter(([program]) => !has(program))
    .map(([program, name]) => `${program} is not there: install the package ${name}`);
}

/** A gRPC echo under h2load, which costs a fraction of a client in Node: CPU of the server. */
export function h2loadSubject(
  name: string,
  echo: { readonly pid: number; readonly port: number },
  request: Buffer,
): Subject {
  const frame = Buffer.alloc(5 + request.length);
  frame.writeUInt32BE(request.length, 1);
  request.copy(frame, 5);
  return {
    name,
    async run(operations) {
      const folder = mkdtempSync(join(tmpdir(), 'creance-bench-h2load-'));
      const file = join(folder, 'frame');
      writeFileSync(file, frame);
      const headers = ['-H', 'content-type: application/grpc', '-H', 'te: trailers'];
      const load = ['-n', String(operations), '-c', '4', '-m', String(lanes / 4), '-d', file];
      const before = cpuMicrosOf(echo.pid);
      const url = `http://127.0.0.1:${echo.port}/bench.Echo/Echo`;
      const { stdout } = await run('h2load', [...load, ...headers, url]);
      rmSync(folder, { recursive: true });
      if (!stdout.includes(`${operations} succeeded`)) throw new Error(`h2load: ${stdout}`);
      return (cpuMicrosOf(echo.pid) - before) / operations;
    },
  };
}

/** A request that wrk repeats. */
export interface WrkRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** wrk goes by seconds and not by count: so many for a warm-up, and for a round. */
const warmUpFrom = 5_000;
const wrkSeconds = { warmUp: 4, round: 1 } as const;

/** A POST over HTTP/1.1 under wrk: CPU of the server. */
export function wrkSubject(name: string, pid: number, request: WrkRequest): Subject {
  const lines = [
    'wrk.method = "POST"',
    `wrk.body = ${JSON.stringify(request.body)}`,
    ...Object.entries(request.headers).map(
      ([header, value]) => `wrk.headers[${JSON.stringify(header)}] = ${JSON.stringify(value)}`,
    ),
  ];
  return {
    name,
    async run(operations) {
      const seconds = operations >= warmUpFrom ? wrkSeconds.warmUp : wrkSeconds.round;
      const folder = mkdtempSync(join(tmpdir(), 'creance-bench-wrk-'));
      const file = join(folder, 'request.lua');
      writeFileSync(file, lines.join('\n'));
      const load = ['-t1', `-c${lanes}`, `-d${seconds}s`, '-s', file, request.url];
      const before = cpuMicrosOf(pid);
      const { stdout } = await run('wrk', load);
      const micros = cpuMicrosOf(pid) - before;
      rmSync(folder, { recursive: true });
      const done = Number(/(\d+) requests in/.exec(stdout)?.[1]);
      if (!(done > 0) || stdout.includes('Non-2xx')) throw new Error(`wrk: ${stdout}`);
      return micros / done;
    },
  };
}
