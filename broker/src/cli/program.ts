import { Command } from 'commander';
import { auditVerify } from './audit.js';
import { addBacktest } from './backtest-command.js';
import { addEventCommands } from './event-commands.js';
import { addHelp } from './help.js';
import { addKeyCommands } from './key-commands.js';
import { addListCommands } from './list-commands.js';
import { addManifestCommands } from './manifest-commands.js';
import { addOperatorCommands } from './operator-commands.js';
import { dataOption, formatOption } from './options.js';
import { guarded, type Output } from './output.js';
import { addOwnCommands } from './own-commands.js';
import { addProposalCommands } from './proposal-commands.js';
import { addServers } from './server-commands.js';
import { addWatchCommands } from './watch-commands.js';

/** The `creance` command. Nothing secret is taken from the command line. */
export function program(to: Output): Command {
  const output = guarded(to);
  // Settings that subcommands inherit, so that they stand before these are added: a usage error of any of
  // them is thrown, and ends in exit code 2 (main.ts).
  const creance = new Command('creance')
    .description('gives workloads their identity, and takes it away')
    .exitOverride()
    // What stands behind a command of its own, as in creance run, is not ours to read.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => output.result(text.trimEnd()),
      writeErr: (text) => output.words(text.trimEnd()),
    });
  // The help shows groups in the order in which their first commands are added: look, act, the rest.
  addListCommands(creance, output);
  addOperatorCommands(creance, output);
  addProposalCommands(creance, output);
  addManifestCommands(creance, output);
  addServers(creance, output);
  addKeyCommands(creance, output);
  addWatchCommands(creance, output);
  addEventCommands(creance, output);
  addBacktest(creance, output);
  addOwnCommands(creance, output);
  creance
    .command('audit')
    .description('the tamper-evident record of what was done')
    .command('verify')
    .description('check the chain and the signed checkpoints')
    .addOption(dataOption())
    .addOption(formatOption())
    .option('--expect <sequence:hash>', 'a head noted earlier, to find a tail that was cut off')
    .option(
      '--head <sequence:hash...>',
      'heads that verifiers have seen (verifier.status()), for the same',
    )
    .action((flags) => auditVerify(flags, output));
  addHelp(creance);
  return creance;
}
