import { Command } from 'commander';
import { auditVerify } from './audit.js';
import { addBacktest } from './backtest-command.js';
import { addEventCommands } from './event-commands.js';
import { addKeyCommands } from './key-commands.js';
import { addListCommands } from './list-commands.js';
import { addManifestCommands } from './manifest-commands.js';
import { addOperatorCommands } from './operator-commands.js';
import { dataOption, formatOption } from './options.js';
import type { Output } from './output.js';
import { addServers } from './server-commands.js';
import { addWatchCommands } from './watch-commands.js';

/** The `creance` command. Nothing secret is taken from the command line. */
export function program(output: Output): Command {
  const creance = new Command('creance')
    .description('gives workloads their identity, and takes it away')
    .showHelpAfterError()
    .configureOutput({
      writeOut: (text) => output.result(text.trimEnd()),
      writeErr: (text) => output.words(text.trimEnd()),
    });
  addServers(creance, output);
  addManifestCommands(creance, output);
  addOperatorCommands(creance, output);
  addListCommands(creance, output);
  addKeyCommands(creance, output);
  addWatchCommands(creance, output);
  addEventCommands(creance, output);
  addBacktest(creance, output);
  creance
    .command('audit')
    .description('the tamper-evident record of what was done')
    .command('verify')
    .description('check the chain and the signed checkpoints')
    .addOption(dataOption())
    .addOption(formatOption())
    .option('--expect <sequence:hash>', 'a head noted earlier, to find a tail that was cut off')
    .action((flags) => auditVerify(flags, output));
  return creance;
}
