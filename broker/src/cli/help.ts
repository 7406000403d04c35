import type { Command } from 'commander';
import { examples } from './examples.js';

/** What the commands are for, in the order of the help: somebody on call looks first and acts then. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'See who is there and why:': [
    'session',
    'workload',
    'verifier',
    'explain',
    'events',
    'deliveries',
  ],
  'Act:': ['cut', 'suspend', 'resume', 'keys', 'join-token', 'approvals', 'approve', 'deny'],
  'The manifest file:': ['init', 'plan', 'apply', 'rollback', 'envelope'],
  'Run:': ['demo', 'dev', 'serve', 'run', 'config', 'completion'],
  'Check:': ['doctor', 'whoami', 'audit', 'record', 'backtest'],
};

/** Puts commands into their groups, and one or two examples below the help of each that does something. */
export function addHelp(creance: Command): void {
  for (const [heading, names] of Object.entries(groups))
    for (const name of names)
      creance.commands.find((command) => command.name() === name)?.helpGroup(heading);
  creance.addHelpText('after', exampleText(examples['creance'] ?? []));
  for (const command of leavesOf(creance))
    command.addHelpText('after', exampleText(examples[pathOf(command)] ?? []));
  addWayToHelp(creance);
}

/** After a usage error one line says where the help is: the whole of it would push the error off the screen. */
function addWayToHelp(command: Command): void {
  command.showHelpAfterError(`fix: see ${['creance', pathOf(command)].join(' ').trim()} --help`);
  for (const each of command.commands) addWayToHelp(each);
}

/** Commands that do something themselves. */
export function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

/** The words by which a command is called, without `creance`. */
export function pathOf(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}

function exampleText(lines: readonly string[]): string {
  if (lines.length === 0) return '';
  return `\nExample${lines.length === 1 ? '' : 's'}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
