import type { Command } from 'commander';

/** What may stand at one place of a command line. */
export interface CompletionPlace {
  /** The commands before it, as `session ls`; empty at the start. */
  readonly path: string;
  /** Commands, or what an argument may be. */
  readonly commands: readonly string[];
  readonly options: readonly string[];
  /** Values of options that have a choice, by option. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
}

/** Every place of a command line, from the tree of commands itself, so that none is forgotten. */
export function completionPlaces(command: Command, path = ''): readonly CompletionPlace[] {
  const given = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  const commands = [...command.commands.map((each) => each.name()), ...given];
  const options = command.options.flatMap(({ short, long }) => [short, long]);
  const choices = command.options.flatMap(({ short, long, argChoices }) =>
    argChoices === undefined
      ? []
      : [short, long].flatMap((name) => (name ? [[name, argChoices] as const] : [])),
  );
  const own = {
    path,
    commands,
    options: [...options.filter((name) => name !== undefined), '--help'].sort(),
    choices: Object.fromEntries(choices),
  };
  const below = command.commands.flatMap((each) =>
    completionPlaces(each, path === '' ? each.name() : `${path} ${each.name()}`),
  );
  return [own, ...below];
}

/** All that may stand at a place. */
export function wordsAt({ commands, options }: CompletionPlace): string {
  return [...commands, ...options].join(' ');
}
