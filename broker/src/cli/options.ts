import { type Command, Option } from 'commander';
import type { OperatorLine } from '../rpc/operator-client.js';
import { type LineFlags, openLine } from './operator-line.js';
import { formats } from './output.js';

/** Data folder where nobody names one. */
export const dataByDefault = './creance-data';

/** The data folder of the broker. */
export function dataOption(): Option {
  return (
    new Option('--data <folder>', 'data folder of the broker')
      .env('CREANCE_DATA')
      // An empty variable counts as none: that is how templates leave one out.
      .argParser((folder) => folder.trim() || dataByDefault)
      .default(dataByDefault)
  );
}

/** How results are printed. */
export function formatOption(): Option {
  return new Option('-o <format>', 'output format').choices(formats).default('table');
}

/** Whether to look again and again. */
export function watchOption(): Option {
  return new Option(
    '--watch',
    'look every 2 s until Ctrl-C; not on a terminal one JSON document a line',
  ).default(false);
}

/** Why, for the audit; without it nothing is ended, held or let go. */
export function reasonOption(): Option {
  return new Option('--reason <text>', 'why, for the audit').makeOptionMandatory();
}

/** How long a cut is followed on its way to the verifiers. */
export function waitOption(): Option {
  return new Option('--wait-seconds <n>', 'seconds to wait for the verifiers')
    .argParser(Number)
    .default(2);
}

/** Adds a command of operators: it reaches the broker as the development owner or by an operator's key. */
export function operatorCommand(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .addOption(dataOption())
    .option('--key-file <file>', 'key of an operator, outside development (CREANCE_KEY_FILE)');
}

/** Opens the line to the broker for one act, and closes it again. */
export async function withLine(
  flags: LineFlags,
  act: (line: OperatorLine) => Promise<void>,
): Promise<void> {
  const line = await openLine(flags);
  try {
    await act(line);
  } finally {
    await line.close();
  }
}
