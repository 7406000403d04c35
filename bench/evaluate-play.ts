import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '@creance/broker';
import type { Session } from './evaluate-data.js';

/** What `creance backtest` wrote of one session, as far as it is read here. */
export interface Line {
  readonly session: string;
  readonly label: 'benign' | 'attack' | 'unknown';
  readonly maxRisk: number;
  readonly finalLevel: string;
  readonly at: Readonly<Record<'narrow' | 'suspend', { readonly event: number } | null>>;
}

/** What is learned from, and what is judged by it. */
export interface Fold {
  readonly learned: readonly Session[];
  readonly judged: readonly Session[];
}

/** Plays folds through the command that users have, and pools what it writes. */
export async function playFolds(folds: readonly Fold[]): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const { learned, judged } of folds)
    lines.push(
      ...(await inFolder(async (folder) => {
        const [profile, input] = [join(folder, 'profile.ndjson'), join(folder, 'input.ndjson')];
        writeFileSync(profile, textOf(learned));
        writeFileSync(input, textOf(judged));
        return backtest(folder, ['--profile', profile, '--input', input]);
      })),
    );
  return lines;
}

/** Plays files of incidents. */
export async function playIncidents(files: readonly string[]): Promise<readonly Line[]> {
  return inFolder((folder) => backtest(folder, ['--format', 'incident', '--input', ...files]));
}

async function backtest(folder: string, args: readonly string[]): Promise<readonly Line[]> {
  const output = join(folder, 'output.ndjson');
  const exitCode = await main(['backtest', ...args, '--output', output]);
  if (exitCode !== 0) throw new Error(`creance backtest ended with ${exitCode}`);
  const lines = readFileSync(output, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Line);
}

async function inFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'creance-evaluate-'));
  try {
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function textOf(sessions: readonly Session[]): string {
  return sessions
    .flatMap(({ events }) => events.map((event) => `${JSON.stringify(event)}\n`))
    .join('');
}
