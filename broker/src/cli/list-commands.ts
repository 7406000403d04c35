import { type Command, Option } from 'commander';
import { listSessions, listVerifiers } from './lists.js';
import { formatOption, operatorCommand, watchOption, withLine } from './options.js';
import type { Output } from './output.js';
import { listedStates } from './sessions.js';
import { showSession } from './show-session.js';
import { sessionTree } from './tree.js';
import { watching } from './watching.js';
import { listWorkloads, showWorkload } from './workloads.js';

/** Adds what shows who is there. */
export function addListCommands(creance: Command, output: Output): void {
  addSessions(creance.command('session').description('live sessions'), output);
  addWorkloads(creance.command('workload').description('registered workloads'), output);
  operatorCommand(
    creance.command('verifier').description('subscribed verifiers'),
    'ls',
    'list verifiers and what they enforce',
  )
    .addOption(watchOption())
    .addOption(formatOption())
    .action((flags) =>
      watching(flags, output, (line, o, to) => listVerifiers(line, { ...flags, o }, to)),
    );
}

function addSessions(session: Command, output: Output): void {
  operatorCommand(session, 'ls', 'list live sessions, newest first')
    .option('--workload <name>', 'only of this workload')
    .option('--owner <name>', 'only of the workloads of this owner')
    .addOption(new Option('--state <state>', 'only in this state').choices(listedStates))
    .option('--limit <n>', 'sessions at most', Number, 50)
    .addOption(watchOption())
    .addOption(formatOption())
    .action((flags) =>
      watching(flags, output, (line, o, to) => listSessions(line, { ...flags, o }, to)),
    );
  operatorCommand(session, 'tree', 'draw who was delegated by whom')
    .argument('[id]', 'the whole tree that holds this session, with what ended lately')
    .option('--limit <n>', 'sessions at most', Number, 1_000)
    .addOption(watchOption())
    .addOption(formatOption())
    .action((id, flags) =>
      watching(flags, output, (line, o, to) => sessionTree(line, { ...flags, o, id }, to)),
    );
  operatorCommand(session, 'show', 'show one session: why it stands where it does, and what to do')
    .argument('<id>', 'the session, live or ended lately')
    .addOption(formatOption())
    .action((id, flags) => withLine(flags, (line) => showSession(line, { ...flags, id }, output)));
}

function addWorkloads(workload: Command, output: Output): void {
  operatorCommand(workload, 'ls', 'list the workloads of the manifest in force')
    .option('--owner <name>', 'only of this owner')
    .addOption(formatOption())
    .action((flags) => withLine(flags, (line) => listWorkloads(line, flags, output)));
  operatorCommand(workload, 'show', 'show one workload: its grants, its owner, its live sessions')
    .argument('<name>', 'the workload')
    .option('--file <manifest>', 'a manifest file: say where the workload stands in it')
    .addOption(formatOption())
    .action((name, flags) =>
      withLine(flags, (line) => showWorkload(line, { ...flags, name }, output)),
    );
}
