import type { Command } from 'commander';
import { cut } from './cut.js';
import { resume, suspend } from './hold.js';
import { createJoinToken } from './join-token.js';
import { formatOption, operatorCommand, reasonOption, waitOption, withLine } from './options.js';
import type { Output } from './output.js';

const collect = (value: string, all: readonly string[]) => [...all, value];

/** Adds what operators do: let members join, end, hold and let go. */
export function addOperatorCommands(creance: Command, output: Output): void {
  addJoinTokens(creance, output);
  addCut(creance, output);
  operatorCommand(creance, 'suspend', 'hold a session and everything below it')
    .requiredOption('--session <id>', 'the session')
    .addOption(reasonOption())
    .addOption(waitOption())
    .addOption(formatOption())
    .action((flags) => withLine(flags, (line) => suspend(line, flags, output)));
  operatorCommand(creance, 'resume', 'let go what was suspended')
    .requiredOption('--session <id>', 'the session that was suspended')
    .addOption(reasonOption())
    .addOption(formatOption())
    .action((flags) => withLine(flags, (line) => resume(line, flags, output)));
}

function addJoinTokens(creance: Command, output: Output): void {
  operatorCommand(
    creance.command('join-token').description('tokens by which members join'),
    'create',
    'make a join token and print its join string',
  )
    .option('--workload <name>', 'for a workload')
    .option('--verifier <resource>', 'for the verifier of a resource')
    .option('--operator <name>', 'for an operator')
    .option('--uses <n>', 'different keys that may redeem it', Number, 1)
    .option('--seconds <n>', 'seconds until it expires', Number, 600)
    .option(
      '--network <cidr>',
      'network from which it may be redeemed; may be repeated',
      collect,
      [],
    )
    .action((flags) => withLine(flags, (line) => createJoinToken(line, flags, output)));
}

function addCut(creance: Command, output: Output): void {
  operatorCommand(creance, 'cut', 'end something for good, with everything below it')
    .option('--session <id>', 'a session')
    .option('--workload <name>', 'all sessions of a workload that are open now')
    .option('--owner <name>', 'all sessions of the workloads of an owner')
    .option('--principal <issuer#subject>', 'all sessions on behalf of a person')
    .option('--upstream <issuer#sid>', 'all sessions below a login at an identity provider')
    .option('--evidence <id>', 'an evidence key (43 characters), or a join token (22)')
    .option('--key <kid>', 'a token key, as creance keys compromise')
    .option('--before <revision|now>', 'everything before a revision')
    .addOption(reasonOption())
    .addOption(waitOption())
    .addOption(formatOption())
    .action((flags) => withLine(flags, (line) => cut(line, flags, output)));
}
