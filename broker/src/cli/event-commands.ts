import { type Command, InvalidArgumentError } from 'commander';
import { type EventKind, eventKinds } from '../domain/event.js';
import { type DeliveriesFlags, deliveries } from './deliveries.js';
import { type EventsFlags, events } from './events.js';
import { type LineFlags, openLine } from './operator-line.js';
import { formatOption, operatorCommand, withLine } from './options.js';
import type { Output } from './output.js';

/** Adds what tells of what happens: the events, and their way to the owners' receivers. */
export function addEventCommands(creance: Command, output: Output): void {
  operatorCommand(creance, 'events', 'print what has happened, the latest events')
    .option('--watch', 'go on with what comes, until Ctrl-C', false)
    .option('--after <number>', 'go on after an event', number)
    .option('--workload <name>', 'only of this workload')
    .option('--owner <name>', 'only of workloads of this owner')
    .option('--session <id>', 'only of this session, or of the tree below this root')
    .option(
      '--kind <kind>',
      `only of this kind; may be repeated: ${eventKinds.join(', ')}`,
      kinds,
      [],
    )
    .addOption(formatOption())
    .action((flags: EventsFlags & LineFlags) => events(() => openLine(flags), flags, output));
  operatorCommand(creance, 'deliveries', 'print what waits for the receivers of owners')
    .option('--owner <name>', 'only to this owner')
    .addOption(formatOption())
    .action((flags: DeliveriesFlags & LineFlags) =>
      withLine(flags, (line) => deliveries(line, flags, output)),
    );
}

function kinds(word: string, all: readonly EventKind[]): readonly EventKind[] {
  const kind = eventKinds.find((each) => each === word);
  if (kind === undefined) throw new InvalidArgumentError(`Write one of ${eventKinds.join(', ')}.`);
  return [...all, kind];
}

function number(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('Write the number of an event.');
}
