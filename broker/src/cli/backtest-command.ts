import { type Command, Option } from 'commander';
import { backtest } from './backtest.js';
import { formatOption } from './options.js';
import type { Output } from './output.js';

/** Adds the command that plays history through the engine of the watch. */
export function addBacktest(creance: Command, output: Output): void {
  creance
    .command('backtest')
    .description('play history through the watch: what it would have seen, and when')
    .option('--profile <file...>', 'histories to learn from, sessions labelled attack left out', [])
    .requiredOption('--input <file...>', 'histories to judge, plain or gzip')
    .addOption(
      new Option('--format <format>', 'form of the input')
        .choices(['events', 'incident'])
        .default('events'),
    )
    .option(
      '--policy <file>',
      'a manifest: pace and responses of the workloads named like the actors',
    )
    .requiredOption('--output <file>', 'where the lines go, one a session')
    .option('--summary', 'print figures by dataset and kind of attack', false)
    .addOption(formatOption())
    .action((flags) => backtest(flags, output));
}
