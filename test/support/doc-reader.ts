import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { creanceCommand } from './broker-process.js';
import { type DocBlock, repository } from './doc-pages.js';

const readyMillisMax = 20_000;
const looksMax = 60;
const lookMillis = 250;

/** What one command came to. */
export interface End {
  readonly code: number;
  readonly output: string;
}

/**
 * Somebody who reads a page and does what it says, in a folder and terminals of his own. What he exports
 * stays. Changed are only the ports, which may be taken, and the name of a host that does not exist.
 */
export class DocReader {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'creance-reader-'));
  readonly #terminals: ChildProcess[] = [];
  readonly #environment: Readonly<Record<string, string>>;
  #instead: readonly (readonly [string, string])[] = [];
  /** Everything that the processes in the background have said. */
  said = '';

  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.#environment = environment;
  }

  /** The data folder of the broker. */
  get data(): string {
    return join(this.folder, 'creance-data');
  }

  /** Installs what the pages install: what this repository builds. */
  async sitDown(): Promise<void> {
    const bin = join(this.folder, 'bin');
    mkdirSync(bin);
    const modules = join(repository, 'agents-examples/node_modules');
    symlinkSync(modules, join(this.folder, 'node_modules'));
    writeFileSync(join(this.folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(this.folder, 'exported'), '');
    const creance = join(bin, 'creance');
    writeFileSync(creance, `#!/bin/sh\nexec node ${creanceCommand} "$@"\n`);
    chmodSync(creance, 0o755);
    const [broker, service] = [await freePort(), await freePort()];
    this.#instead = [
      ['npx creance', 'creance'],
      ['creance.example.internal:7420', `localhost:${broker}`],
      ['0.0.0.0:7420', `127.0.0.1:${broker}`],
      ['7420', broker],
      ['7430', service],
    ];
  }

  write(name: string, code: string): void {
    writeFileSync(join(this.folder, name), this.#own(code));
  }

  /** Runs commands as they stand. */
  run(code: string): Promise<End> {
    const shell = `. ./exported\n${this.#own(code)}\nexport -p > exported`;
    const options = { cwd: this.folder, env: this.#env(), timeout: readyMillisMax };
    return new Promise((resolve) => {
      execFile('bash', ['--norc', '-euc', shell], options, (fault, stdout, stderr) =>
        resolve({ code: fault === null ? 0 : Number(fault.code ?? 1), output: stdout + stderr }),
      );
    });
  }

  /** Runs a block until its output says what it is to say. */
  async runUntil({ code, marks }: DocBlock): Promise<End> {
    const until = new RegExp(marks.get('until') ?? '');
    for (let look = 1; ; look += 1) {
      const end = await this.run(code);
      if (until.test(end.output) || look === looksMax) return end;
      await new Promise((resolve) => setTimeout(resolve, lookMillis));
    }
  }

  /** Starts a command in a terminal of its own and waits for a line. */
  async start(code: string, ready: RegExp): Promise<void> {
    const options = { cwd: this.folder, env: this.#env(), detached: true };
    const child = spawn('bash', ['--norc', '-euc', this.#own(code)], options);
    this.#terminals.push(child);
    await new Promise<void>((resolve, reject) => {
      let own = '';
      const late = () => reject(new Error(`not ready in time: ${own}`));
      const timer = setTimeout(late, readyMillisMax);
      const read = (text: unknown) => {
        own += String(text);
        this.said += String(text);
        if (!ready.test(own)) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (end) => {
        clearTimeout(timer);
        reject(new Error(`ended with ${end} before it was ready: ${own}`));
      });
    });
  }

  /** Runs commands that end what was started last, which they know as `BROKER_PID`, and waits for its end. */
  async stop(code: string): Promise<End> {
    const child = this.#terminals.at(-1);
    if (child?.pid === undefined) throw new Error('nothing was started');
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const end = await this.run(`BROKER_PID=${child.pid}\n${code}`);
    await gone;
    return end;
  }

  /** Closes the terminals and clears the desk. */
  async leave(): Promise<void> {
    for (const child of this.#terminals.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      // The whole group: a shell passes no signal on.
      process.kill(-child.pid, 'SIGKILL');
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #own(code: string): string {
    return this.#instead.reduce((text, [written, own]) => text.replaceAll(written, own), code);
  }

  #env(): NodeJS.ProcessEnv {
    const { CREANCE_JOIN: _join, CREANCE_KEY_FILE: _file, ...rest } = process.env;
    const path = [join(this.folder, 'bin'), dirname(process.execPath), process.env['PATH']];
    // Ports that a page does not name may be taken too.
    const ports = { CREANCE_LISTEN: '127.0.0.1:0', CREANCE_HTTP_LISTEN: '127.0.0.1:0' };
    const own = { ...ports, PATH: path.join(delimiter), NO_COLOR: '1' };
    return { ...rest, ...own, ...this.#environment };
  }
}

function freePort(): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? String(address?.port) : ''));
    });
  });
}

/** An expected output as a pattern: `…` stands for anything on its line. */
export function patternOf(text: string): RegExp {
  const plain = text.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${plain.replaceAll('…', '.*')}\\s*$`, 'm');
}
