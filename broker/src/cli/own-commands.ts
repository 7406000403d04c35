import { Argument, type Command, Option } from 'commander';
import { completionScript, shells } from './completion/shells.js';
import { completionPlaces } from './completion/tree.js';
import { formatOption, operatorCommand } from './options.js';
import type { Output } from './output.js';
import { addSettings } from './setting-options.js';

/** Adds what this environment does as itself. Each is loaded when it is asked for: a broker needs none of it. */
export function addOwnCommands(creance: Command, output: Output): void {
  operatorCommand(creance, 'whoami', 'say who this environment is to the broker, and why')
    .addOption(formatOption())
    .action(async (flags) => (await import('./whoami.js')).whoami(flags, output));
  addSettings(
    creance.command('doctor').description('look at what a broker needs, and say what to mend'),
    'serve',
  )
    .option('--key-file <file>', 'key of an operator, to ask a running broker (CREANCE_KEY_FILE)')
    .option('--dev', 'as for creance dev, where the data folder does not say')
    .addOption(formatOption())
    .action(async (flags) => (await import('./doctor/doctor.js')).doctor(flags, output));
  creance
    .command('run')
    .usage('[options] -- <command...>')
    .description('run a command in a session of its own, and end each with the other')
    .argument('<command...>', 'the command and its arguments')
    .addOption(
      new Option('--by <way>', 'how it gets its join string: CREANCE_JOIN, or descriptor 3')
        .choices(['env', 'fd'])
        .default('env'),
    )
    .option('--workload <name>', 'the workload of the command, when it is another one')
    .passThroughOptions()
    .action(async (command, flags) => (await import('./run.js')).run(command, flags, output));
  creance
    .command('demo')
    .description('play a theft on a broker of its own, and the end of everything below it')
    .action(async () => (await import('./demo/demo.js')).demo(output));
  creance
    .command('completion')
    .description('print what a shell reads to complete commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell) => output.result(completionScript(shell, completionPlaces(creance))));
}
