import type { Command } from 'commander';
import { apply, listVersions, rollback } from './apply.js';
import { init } from './init.js';
import { formatOption, operatorCommand, reasonOption, withLine } from './options.js';
import type { Output } from './output.js';
import { plan } from './plan.js';

const file = './creance.yaml';

/** Adds what is done with the manifest: write one, see what it would change, put it in force, go back. */
export function addManifestCommands(creance: Command, output: Output): void {
  creance
    .command('init')
    .description('write a commented manifest to start from')
    .argument('[file]', 'where; never overwritten', file)
    .action((named: string) => init(named, output));
  operatorCommand(
    creance,
    'plan',
    'say what a manifest would change and what of it widens: exit 0 same, 2 drift, 1 error',
  )
    .argument('[file]', 'the manifest', file)
    .addOption(formatOption())
    .action((named, flags) =>
      withLine(flags, (line) => plan(line, { ...flags, file: named }, output)),
    );
  applying(operatorCommand(creance, 'apply', 'put a manifest in force, as a version of its own'))
    .argument('[file]', 'the manifest', file)
    .addOption(reasonOption())
    .action((named, flags) =>
      withLine(flags, (line) => apply(line, { ...flags, file: named }, output)),
    );
  applying(operatorCommand(creance, 'rollback', 'put an earlier version of the manifest in force'))
    .argument('[version]', 'a version; the one before, when none is named')
    .option('--list', 'only list the versions that are kept', false)
    .option('--reason <text>', 'why, for the audit', '')
    .action((version, flags) =>
      withLine(flags, (line) =>
        flags.list
          ? listVersions(line, flags, output)
          : rollback(line, { ...flags, version }, output),
      ),
    );
}

function applying(command: Command): Command {
  return command
    .option('--prune', 'let live sessions end of members that leave or change hands', false)
    .option('--yes', 'do not ask', false)
    .addOption(formatOption());
}
