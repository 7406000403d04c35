import { type ChildProcess, spawn } from 'node:child_process';
import { creanceCommand } from './broker-process.js';

/** What a run of the command came to. */
export interface Ran {
  readonly code: number;
  readonly result: string;
  readonly words: string;
}

/** The real command in a process of its own, on the data folder of a broker. */
export class CreanceCommand {
  readonly child: ChildProcess;
  result = '';
  words = '';
  readonly #ended: Promise<number>;

  constructor(data: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [creanceCommand, ...args, '--data', data], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.child.stdout?.on('data', (text) => {
      this.result += text;
    });
    this.child.stderr?.on('data', (text) => {
      this.words += text;
    });
    this.#ended = new Promise((resolve) => this.child.once('close', (code) => resolve(code ?? -1)));
  }

  /** Resolves when it has ended. */
  async ran(): Promise<Ran> {
    const code = await this.#ended;
    return { code, result: this.result, words: this.words };
  }
}
