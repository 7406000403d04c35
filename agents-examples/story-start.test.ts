import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, whyTaken } from './lib/free-port.js';

const main = join(import.meta.dirname, 'dist/story/main.js');
const data = mkdtempSync(join(tmpdir(), 'creance-'));
let squatter: Server;
let taken: number;
beforeAll(async () => {
  squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
  taken = (squatter.address() as AddressInfo).port;
});
afterAll(() => {
  squatter.close();
  rmSync(data, { recursive: true, force: true });
});

function told(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const all = [main, '--once', '--data', data, ...args];
    execFile(process.execPath, all, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

describe('the start of the story', () => {
  it('prints its usage when asked', async () => {
    expect(await told('--help')).toMatchObject({ code: 0, stderr: '' });
    expect((await told('-h')).stdout).toContain('--listen <host:port>');
  });

  it.each([
    [['--http-listen', 'none'], '--http-listen'],
    [['--port', 'many'], '--port many'],
    [['--port', '65536'], '--port 65536'],
    [['--listen', 'here'], '--listen here'],
  ])('answers %j with a sentence and its usage', async (args, named) => {
    const { code, stderr } = await told(...args);
    expect({ code, named: stderr.includes(named) }).toEqual({ code: 64, named: true });
    expect(stderr).toContain('usage: npm start');
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  // breaks when: a port is only found taken by a process that this one has started
  it.each([
    ['--listen', () => ['--listen', `127.0.0.1:${taken}`], '--listen 127.0.0.1:0'],
    ['--port', () => ['--listen', '127.0.0.1:0', '--port', String(taken)], '--port 0'],
  ])('names a taken port of %s, and the flag that takes a free one', async (_, args, fix) => {
    const { code, stderr } = await told(...args());
    expect(code).toBe(78);
    expect(stderr).toContain(String(taken));
    expect(stderr).toContain(`npm start -- ${fix} takes a free one`);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('freePort', () => {
  it('takes what is preferred, and another where somebody has that', async () => {
    const free = await freePort();
    expect(await freePort(free)).toBe(free);
    expect(await freePort(taken)).not.toBe(taken);
    expect(await whyTaken('127.0.0.1', taken)).toBe('EADDRINUSE');
  });
});
