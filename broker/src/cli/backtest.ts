import { Backtest } from '../detect/replay/backtest.js';
import { RecordedFault } from '../detect/replay/recorded.js';
import { type Scored, scoredOf, summaryOf } from '../detect/replay/summary.js';
import { formatOf, type RecordedFormat, sessionsIn } from './backtest-files.js';
import { WholeOutput } from './backtest-output.js';
import { readPolicy } from './backtest-policy.js';
import { printSummary } from './backtest-summary.js';
import { CommandFailed, type Format, type Output, printable } from './output.js';

/** What is played, by what, and where the lines go. */
export interface BacktestFlags {
  readonly profile: readonly string[];
  readonly input: readonly string[];
  readonly format: RecordedFormat;
  readonly policy?: string;
  readonly output: string;
  readonly summary: boolean;
  readonly o: Format;
}

/**
 * Plays history through the engine that runs live: learns from some files and judges the sessions of
 * others, one line each. No broker is asked. When something is wrong with a file nothing is left behind.
 */
export async function backtest(flags: BacktestFlags, output: Output): Promise<void> {
  const hits = new Map<string, number>();
  const policy = flags.policy === undefined ? undefined : await readPolicy(flags.policy);
  const engine = new Backtest(policy, (name) => hits.set(name, (hits.get(name) ?? 0) + 1));
  const file = await WholeOutput.open(flags.output);
  try {
    for (const path of flags.profile)
      for await (const session of sessionsIn(path, await formatOf(path))) engine.learn(session);
    const scored: Scored[] = [];
    for (const path of flags.input) {
      for await (const session of sessionsIn(path, flags.format)) {
        const verdict = engine.judge(session);
        await file.line(verdict);
        scored.push(scoredOf(verdict));
      }
    }
    await file.keep();
    if (flags.summary) printSummary({ ...summaryOf(scored), boundHits: hits }, flags.o, output);
  } catch (error) {
    await file.drop();
    throw error instanceof RecordedFault ? new CommandFailed(printable(error.message)) : error;
  }
}
