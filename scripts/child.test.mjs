import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runQuietly } from './child.mjs';

const node = process.execPath;
const run = (source, limitSeconds = 20) => runQuietly(node, ['-e', source], { limitSeconds });

/** A door that tells when the process which knocked has ended: its connection closes. */
async function listen() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, knock: `require('net').connect(${server.address().port},'127.0.0.1')` };
}

describe('runQuietly', () => {
  it('keeps the output and passes the exit code on', async () => {
    const end = await run('console.log("out"); console.error("err"); process.exitCode = 3');
    expect(end).toMatchObject({ ok: false, code: 3 });
    expect(end.output.split('\n').sort()).toEqual(['', 'err', 'out']);
  });

  it('fails a command that dies by a signal', async () => {
    expect(await run('process.kill(process.pid, "SIGKILL")')).toMatchObject({
      ok: false,
      code: 137,
    });
  });

  it('fails a command that does not exist', async () => {
    const end = await runQuietly('creance-no-such-command', [], { limitSeconds: 5 });
    expect(end).toMatchObject({ ok: false, code: 127 });
    expect(end.output).toContain('ENOENT');
  });

  // breaks when: the timer in runQuietly is taken out.
  it('fails a command that passes its limit', async () => {
    expect(await run('setInterval(() => {}, 1000)', 0.3)).toMatchObject({ ok: false, code: 137 });
  });

  it('lets the start of a very long output go, and says so', async () => {
    const end = await run('for (let i = 0; i < 200; i += 1) console.log("x".repeat(65_536) + i)');
    expect(end.ok).toBe(true);
    expect(end.output.startsWith('[the start is left out]')).toBe(true);
    expect(end.output.trimEnd().endsWith('x199')).toBe(true);
  });

  // breaks when: nothing is sent to the group at the exit of its first process.
  it('ends what the command leaves running', async () => {
    const { server, knock } = await listen();
    const left = `${knock}.on('connect', () => console.log('in')); setInterval(() => {}, 1000)`;
    const source = `const options = { stdio: ['ignore', 'pipe', 'inherit'] };
      const left = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(left)}], options);
      left.stdout.once('data', () => process.exit(0))`;
    const knocked = once(server, 'connection').then(([socket]) => once(socket.resume(), 'close'));
    const end = await run(source);
    await knocked;
    expect(end.ok).toBe(true);
    // Not by its limit of 20 s.
    expect(end.seconds).toBeLessThan(10);
    server.close();
  });
});

describe('passSignalsOn', () => {
  // breaks when: signals go to nobody, or only to the first process and not to its group.
  it('stops the command and everything below it', async () => {
    const { server, knock } = await listen();
    const below = `process.on('SIGTERM', () => process.exit(0)); ${knock}; setInterval(() => {}, 1000)`;
    const above = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(below)}]);
      process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000)`;
    const door = fileURLToPath(new URL('./child.mjs', import.meta.url));
    const source = `import { passSignalsOn, runAloud } from ${JSON.stringify(door)};
      passSignalsOn(); process.exit((await runAloud(process.execPath, ['-e', ${JSON.stringify(above)}], {})).code)`;
    const knocked = once(server, 'connection').then(([socket]) => socket.resume());
    const passer = spawn(node, ['--input-type=module', '-e', source], { stdio: 'ignore' });
    const socket = await knocked;
    const ended = Promise.all([once(passer, 'exit'), once(socket, 'close')]);
    passer.kill('SIGTERM');
    const [[code]] = await ended;
    expect(code).toBe(9);
    server.close();
  });
});
