import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DoubleOutput } from './double-line.js';
import { runUnder } from './run-under.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'creance-under-'));
  file = join(folder, 'was-here');
});
afterEach(() => rmSync(folder, { recursive: true }));

const shell = (text: string) => ({ command: ['sh', '-c', text], env: process.env });

describe('runUnder', () => {
  // breaks when: only the abort event is listened to, which has come already
  it('starts nothing when the session was cut before', async () => {
    const output = new DoubleOutput();
    const signal = AbortSignal.abort(new Error('cut by an\u0007 operator'));
    expect(await runUnder(signal, shell(`touch ${file}`), output)).toBe(77);
    expect(existsSync(file)).toBe(false);
    expect(output.said).toEqual([expect.stringContaining('cut by an\\u{7} operator')]);
  });

  it('ends a command whose session is cut while it starts', async () => {
    const output = new DoubleOutput();
    const controller = new AbortController();
    const running = runUnder(controller.signal, shell('sleep 60'), output);
    controller.abort(new Error('cut'));
    expect(await running).toBe(77);
    expect(output.said).toHaveLength(1);
  });

  // breaks when: a group is ended by its leader alone
  it('waits for what the command has left behind', async () => {
    const output = new DoubleOutput();
    const controller = new AbortController();
    const left = `(trap 'sleep 0.3; touch ${file}; exit' TERM; while :; do sleep 0.05; done) & wait`;
    const running = runUnder(controller.signal, shell(left), output);
    await new Promise((resolve) => setTimeout(resolve, 200));
    controller.abort(new Error('cut'));
    expect(await running).toBe(77);
    expect(existsSync(file)).toBe(true);
  });

  it('says nothing when the command is first', async () => {
    const output = new DoubleOutput();
    expect(await runUnder(new AbortController().signal, shell('exit 3'), output)).toBe(3);
    expect([output.said, output.results]).toEqual([[], []]);
  });
});
