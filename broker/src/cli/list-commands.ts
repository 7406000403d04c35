import type { Command } from 'commander';
import { listSessions, listVerifiers } from './lists.js';
import { formatOption, operatorCommand, withLine } from './options.js';
import type { Output } from './output.js';
import { sessionTree } from './tree.js';

/** Adds what shows who is there. */
export function addListCommands(creance: Command, output: Output): void {
  const session = creance.command('session').description('live sessions');
  operatorCommand(session, 'ls', 'list live sessions, newest first')
    .option('--limit <n>', 'sessions at most', Number, 50)
    .addOption(formatOption())
    .action((flags) => withLine(flags, (line) => listSessions(line, flags, output)));
  operatorCommand(session, 'tree', 'draw who was delegated by whom')
    .argument('[id]', 'the whole tree that holds this session, with what ended lately')
    .option('--limit <n>', 'sessions at most', Number, 1_000)
    .addOption(formatOption())
    .action((id, flags) => withLine(flags, (line) => sessionTree(line, { ...flags, id }, output)));
  operatorCommand(
    creance.command('verifier').description('subscribed verifiers'),
    'ls',
    'list verifiers and what they enforce',
  )
    .addOption(formatOption())
    .action((flags) => withLine(flags, (line) => listVerifiers(line, flags, output)));
}
