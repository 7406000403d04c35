import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How a run of the simulator ended, and what it said. */
export interface SimulatorRun {
  readonly code: number | null;
  readonly output: string;
}

/** Runs the simulator as `npm run simulate` does, in processes of its own: it takes their timers. */
export function runSimulator(...args: readonly string[]): Promise<SimulatorRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['scripts/simulate.mjs', ...args], { cwd: root });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
