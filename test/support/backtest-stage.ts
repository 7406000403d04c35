import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { creanceCommand } from './broker-process.js';
import { type ChainEvent, ChainGenerator, ndjson, type ThiefSpeed } from './chain-generator.js';

/** Where a level was first reached. */
export interface Reached {
  readonly event: number;
  readonly attackEvent: number | null;
}

/** One line of the command's output. */
export interface Line {
  readonly session: string;
  readonly label: string;
  readonly attackKind: string | null;
  readonly events: number;
  readonly attackEvents: number;
  readonly maxRisk: number;
  readonly mode: string;
  readonly finalLevel: string;
  readonly at: Readonly<Record<string, Reached | null>>;
  readonly signals: readonly {
    readonly event: number;
    readonly kind: string;
    readonly added: number;
    readonly words: string;
  }[];
}

/** How the command ended. */
export interface Ran {
  readonly code: number;
  readonly said: string;
  readonly printed: string;
}

/** Events of the owner in a generated theft. */
export const ownerActions = 5;

const speeds: readonly ThiefSpeed[] = ['burst', 'script', 'llm', 'slow'];

/** A folder without a broker, with generated histories, and the command in processes of its own. */
export class BacktestStage {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'creance-backtest-'));
  /** Calm sessions, 25 of each workload: in `history.ndjson`. */
  readonly history: readonly ChainEvent[];
  /** 40 calm sessions of each workload, and 8 thefts: in `judged.ndjson`. */
  readonly judged: readonly ChainEvent[];

  constructor() {
    const chains = new ChainGenerator(7);
    const { workloads } = ChainGenerator;
    const some = (count: number) =>
      workloads.flatMap((actor) => Array.from({ length: count }, () => chains.benign(actor)));
    this.history = some(25).flat();
    const thefts = workloads.flatMap((actor) =>
      speeds.flatMap((speed) => [
        chains.theft(actor, speed, 'same'),
        chains.theft(actor, speed, 'other'),
      ]),
    );
    this.judged = [...some(40), ...thefts].flat();
    this.write('history.ndjson', ndjson(this.history));
    this.write('judged.ndjson', ndjson(this.judged));
  }

  /** Removes the folder. */
  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Path of a file of the folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file of the folder. */
  write(name: string, text: string | Uint8Array): void {
    writeFileSync(this.path(name), text);
  }

  /** Runs the command in the folder. */
  run(...args: readonly string[]): Promise<Ran> {
    const env = { ...process.env, NO_COLOR: '1' };
    const command = [creanceCommand, 'backtest', ...args];
    return new Promise((resolve) => {
      execFile(process.execPath, command, { cwd: this.folder, env }, (error, printed, said) =>
        resolve({ code: Number(error?.code ?? 0), said, printed }),
      );
    });
  }

  /** The lines of an output. */
  linesOf(name: string): readonly Line[] {
    const lines = readFileSync(this.path(name), 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Line);
  }

  /** Judges a file by the history; throws when the command fails or complains. */
  async judge(name: string, ...more: readonly string[]): Promise<readonly Line[]> {
    const output = `${name}.out`;
    const files = ['--profile', 'history.ndjson', '--input', name, '--output', output];
    const { code, said } = await this.run(...files, ...more);
    if (code !== 0 || said !== '') throw new Error(`ended with ${code}: ${said}`);
    return this.linesOf(output);
  }
}
