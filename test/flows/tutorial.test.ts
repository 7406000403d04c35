import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAuditForm } from '../support/audit-form.js';
import { creanceCommand } from '../support/broker-process.js';
import { blocksOf, type DocBlock, docPages, repository } from '../support/doc-pages.js';

const pageName = 'docs/tutorial.md';
const page = docPages().find(({ name }) => name === pageName);
const blocks = page === undefined ? [] : blocksOf(page);
const readyMillisMax = 20_000;
const looksMax = 60;
const lookMillis = 250;

/** What one command came to. */
interface End {
  readonly code: number;
  readonly output: string;
}

/** The reader's folder and terminals. The only thing that is changed are the ports, which may be taken. */
class Reader {
  readonly #folder = mkdtempSync(join(tmpdir(), 'creance-tutorial-'));
  readonly #terminals: ChildProcess[] = [];
  #ports: ReadonlyMap<string, string> = new Map();
  /** Everything that the processes in the background have said. */
  said = '';

  /** The data folder of the broker. */
  get data(): string {
    return join(this.#folder, 'creance-data');
  }

  async sitDown(): Promise<void> {
    const bin = join(this.#folder, 'bin');
    mkdirSync(bin);
    // What the page installs is what this repository builds.
    symlinkSync(
      join(repository, 'agents-examples/node_modules'),
      join(this.#folder, 'node_modules'),
    );
    writeFileSync(join(this.#folder, 'package.json'), '{ "type": "module" }');
    const creance = join(bin, 'creance');
    writeFileSync(creance, `#!/bin/sh\nexec node ${creanceCommand} "$@"\n`);
    chmodSync(creance, 0o755);
    const [broker, service] = [await freePort(), await freePort()];
    this.#ports = new Map([
      ['7420', broker],
      ['7430', service],
    ]);
  }

  write(name: string, code: string): void {
    writeFileSync(join(this.#folder, name), this.#own(code));
  }

  run(code: string): Promise<End> {
    return new Promise((resolve) => {
      const options = { cwd: this.#folder, env: this.#environment(), timeout: readyMillisMax };
      execFile('bash', ['-euc', this.#own(code)], options, (fault, stdout, stderr) => {
        const code_ = fault === null ? 0 : Number(fault.code ?? 1);
        resolve({ code: code_, output: stdout + stderr });
      });
    });
  }

  /** Starts a command in a terminal of its own and waits for a line. */
  async start(code: string, ready: RegExp): Promise<void> {
    const options = { cwd: this.#folder, env: this.#environment(), detached: true };
    const child = spawn('bash', ['-euc', this.#own(code)], options);
    this.#terminals.push(child);
    await new Promise<void>((resolve, reject) => {
      let own = '';
      const timer = setTimeout(
        () => reject(new Error(`not ready in time: ${own}`)),
        readyMillisMax,
      );
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

  /** Closes the terminals and clears the desk. */
  async leave(): Promise<void> {
    for (const child of this.#terminals.toReversed()) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) continue;
      // The whole group: the shell passes no signal on.
      process.kill(-child.pid, 'SIGKILL');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #own(code: string): string {
    return [...this.#ports].reduce((text, [port, own]) => text.replaceAll(port, own), code);
  }

  #environment(): NodeJS.ProcessEnv {
    const { CREANCE_JOIN: _join, CREANCE_KEY_FILE: _file, ...rest } = process.env;
    const path = [join(this.#folder, 'bin'), dirname(process.execPath), process.env['PATH']];
    return { ...rest, PATH: path.join(delimiter), NO_COLOR: '1' };
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
function patternOf(text: string): RegExp {
  const plain = text.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${plain.replaceAll('…', '.*')}\\s*$`, 'm');
}

/** Runs a block until its output says what it is to say. */
async function runUntil(reader: Reader, { code, marks }: DocBlock): Promise<End> {
  const until = new RegExp(marks.get('until') ?? '');
  for (let look = 1; ; look += 1) {
    const end = await reader.run(code);
    if (until.test(end.output) || look === looksMax) return end;
    await new Promise((resolve) => setTimeout(resolve, lookMillis));
  }
}

describe('the tutorial', () => {
  const reader = new Reader();
  let last = '';
  beforeAll(() => reader.sitDown());
  afterAll(() => reader.leave());

  it('has commands, files and outputs', () => {
    const kinds = (mark: string) => blocks.filter(({ marks }) => marks.has(mark)).length;
    expect(kinds('run')).toBeGreaterThanOrEqual(12);
    expect(kinds('file')).toBeGreaterThanOrEqual(5);
    expect(kinds('output')).toBeGreaterThanOrEqual(5);
    expect(blocks.filter(({ marks }) => marks.size === 0)).toEqual([]);
  });

  it('installs what the examples of this repository have', () => {
    const setup = blocks.find(({ marks }) => marks.get('run') === 'setup')?.code ?? '';
    const names = /npm install (.*)/.exec(setup)?.[1]?.split(' ') ?? [];
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      expect(existsSync(join(repository, 'agents-examples/node_modules', name)), name).toBe(true);
    }
  });

  // Step by step, each as it stands on the page.
  // breaks when: a command, file, output, code or message that the page shows is not what a reader gets
  for (const block of blocks) {
    const { code, marks, line, language } = block;
    const how = marks.get('run');
    if (how === 'setup') continue;
    it(`line ${line}: ${code.trim().split('\n')[0]}`, { timeout: 60_000 }, async () => {
      if (marks.has('file')) return reader.write(marks.get('file') ?? '', code);
      if (marks.has('output')) return expect(last).toMatch(patternOf(code));
      expect(language).toBe('sh');
      if (how === 'background')
        return reader.start(code, new RegExp(marks.get('ready') ?? 'no ready line'));
      const end = marks.has('until') ? await runUntil(reader, block) : await reader.run(code);
      expect(end.code, end.output).toBe(Number(marks.get('exit') ?? 0));
      if (marks.has('until')) expect(end.output).toMatch(new RegExp(marks.get('until') ?? ''));
      last = end.output;
    });
  }

  it('ends as the page says', async () => {
    await expect.poll(() => reader.said, { timeout: 10_000 }).toContain('CREANCE_SESSION_REVOKED');
    expect(reader.said).toContain('the bait: CREANCE_SCOPE_NOT_GRANTED');
    expect(reader.said).toContain('the end: CREANCE_SESSION_REVOKED');
    const met = expectAuditForm(reader.data);
    for (const kind of ['token_key_published', 'manifest_applied', 'handle_cut'] as const)
      expect(met).toContain(kind);
  });
});
