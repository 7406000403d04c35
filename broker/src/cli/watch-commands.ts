import type { Command } from 'commander';
import { suggestEnvelope } from './envelope.js';
import { explainAny } from './explain.js';
import { formatOption, operatorCommand, withLine } from './options.js';
import type { Output } from './output.js';
import { record } from './record.js';
import { sinceOption } from './record-since.js';

/** Adds what the watch has to say: why a session is under suspicion, and what a workload usually does. */
export function addWatchCommands(creance: Command, output: Output): void {
  operatorCommand(
    creance,
    'explain',
    'explain a session, a refused request, or the code of a refusal',
  )
    .argument(
      '<what>',
      'a session id: what the watch knows of its tree, or else its record; a request id of a refusal by the broker: all of it (one of a service is known to that service alone); a code such as scope_not_granted or token_missing, of the broker, an agent or a service, in any spelling. Ids look alike: a session is looked for first, then a request',
    )
    .option('--html <file>', 'of a session: write one self-contained page to a file')
    .addOption(formatOption())
    .action((what, flags) => explainAny({ ...flags, what }, output));
  operatorCommand(
    creance.command('envelope').description('what a workload declares of its ways'),
    'suggest',
    'write the pace of a workload for the manifest, from what was learned',
  )
    .argument('<workload>', 'by name')
    .addOption(formatOption())
    .action((workload, flags) =>
      withLine(flags, (line) => suggestEnvelope(line, { ...flags, workload }, output)),
    );
  operatorCommand(creance, 'record', 'write what live sessions did to a file for creance backtest')
    .requiredOption('--output <file>', 'where the lines go, one an action')
    .option('--workload <name>', 'only of this workload')
    .addOption(sinceOption())
    .addOption(formatOption())
    .action((flags) => withLine(flags, (line) => record(line, flags, output)));
}
