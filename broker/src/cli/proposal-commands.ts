import type { Command } from 'commander';
import { formatOption, operatorCommand, reasonOption, withLine } from './options.js';
import type { Output } from './output.js';
import { approvals, approve, deny } from './proposals.js';

/** Adds what a second person does: look at what waits, do it, or take it away. */
export function addProposalCommands(creance: Command, output: Output): void {
  operatorCommand(creance, 'approvals', 'list what waits for a second person')
    .addOption(formatOption())
    .action((flags) => withLine(flags, (line) => approvals(line, flags, output)));
  operatorCommand(creance, 'approve', 'do what another operator has proposed, exactly as it waits')
    .argument('<id>', 'what waits, as creance approvals lists it')
    .option('--yes', 'do not ask', false)
    .addOption(formatOption())
    .action((id, flags) => withLine(flags, (line) => approve(line, { ...flags, id }, output)));
  operatorCommand(creance, 'deny', 'take away what waits for a second person')
    .argument('<id>', 'what waits, as creance approvals lists it')
    .addOption(reasonOption())
    .addOption(formatOption())
    .action((id, flags) => withLine(flags, (line) => deny(line, { ...flags, id }, output)));
}
