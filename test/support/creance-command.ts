import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { vi } from 'vitest';
import { creanceCommand } from './broker-process.js';
import { soon } from './flow-operator.js';

/** A `creance` command in a process of its own. */
export class CreanceCommand {
  readonly child: ChildProcess;
  /** What it has written so far, by stream. */
  result = '';
  words = '';
  /** Its exit code; -1 when a signal has ended it. */
  readonly code: Promise<number>;

  /** Only `env` and PATH stand in its environment. */
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd?: string) {
    this.child = spawn(process.execPath, [creanceCommand, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], NO_COLOR: '1', HOME: '/dev/null', ...env },
      cwd,
    });
    this.child.stdout?.on('data', (text) => {
      this.result += text;
    });
    this.child.stderr?.on('data', (text) => {
      this.words += text;
    });
    this.code = new Promise((resolve) => {
      this.child.once('close', (code) => resolve(code ?? -1));
    });
  }

  /** Waits until it has said something. */
  async said(stream: 'result' | 'words', what: RegExp): Promise<RegExpExecArray> {
    return vi.waitFor(() => {
      const match = what.exec(this[stream]);
      if (match === null) throw new Error(`not said: ${this.result}${this.words}`);
      return match;
    }, soon);
  }

  /** Runs one to its end. */
  static async run(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    cwd?: string,
  ): Promise<{ readonly code: number; readonly result: string; readonly words: string }> {
    const command = new CreanceCommand(args, env, cwd);
    const code = await command.code;
    const { result, words } = command;
    return { code, result, words };
  }
}

const sdk = createRequire(import.meta.url).resolve('@creance/sdk');

/** A script with the SDK: its body has a `client` of the environment, and `say`. */
export function script(body: string): string[] {
  const text = `
    import { fromEnvironment } from ${JSON.stringify(sdk)};
    const say = (words) => process.stdout.write(JSON.stringify(words) + '\\n');
    const client = await fromEnvironment();
    try { ${body} } catch (error) { say(error.code ?? String(error)); }
    await client.close();`;
  return [process.execPath, '--input-type=module', '-e', text];
}
