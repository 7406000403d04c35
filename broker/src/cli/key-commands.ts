import type { Command } from 'commander';
import { compromiseKey, listKeys } from './keys.js';
import { formatOption, operatorCommand, reasonOption, waitOption, withLine } from './options.js';
import type { Output } from './output.js';

/** Adds what is done with the keys that sign tokens. */
export function addKeyCommands(creance: Command, output: Output): void {
  const keys = creance.command('keys').description('keys that sign tokens');
  operatorCommand(keys, 'ls', 'list the keys that verifiers may meet')
    .addOption(formatOption())
    .action((flags) => withLine(flags, (line) => listKeys(line, flags, output)));
  operatorCommand(keys, 'compromise', 'cut a key for good and sign with a fresh one')
    .argument('<kid>', 'the key, as creance keys ls shows it')
    .addOption(reasonOption())
    .addOption(waitOption())
    .addOption(formatOption())
    .action((keyId, flags) =>
      withLine(flags, (line) => compromiseKey(line, { ...flags, keyId }, output)),
    );
}
