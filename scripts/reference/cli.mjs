import { page, table } from './page.mjs';

/** Commands that do something, depth first. */
function leaves(command, above = []) {
  const path = [...above, command.name()];
  const below = command.commands.filter((each) => each.name() !== 'help');
  return below.length === 0 ? [{ path, command }] : below.flatMap((each) => leaves(each, path));
}

function defaultOf({ mandatory, required, defaultValue }) {
  if (mandatory) return 'needed';
  if (required === true && defaultValue === undefined) return '';
  const isNothing = Array.isArray(defaultValue) ? defaultValue.length === 0 : defaultValue === '';
  return defaultValue === undefined || defaultValue === false || isNothing
    ? ''
    : `\`${defaultValue}\``;
}

function rowsOf(command) {
  const args = command.registeredArguments.map((argument) => [
    `\`${argument.required ? `<${argument.name()}>` : `[${argument.name()}]`}\``,
    argument.description,
    argument.required ? 'needed' : defaultOf(argument),
  ]);
  const options = command.options
    .filter(({ hidden }) => !hidden)
    .map((option) => {
      const choices = option.argChoices?.map((each) => `\`${each}\``).join(', ');
      const words = [option.description, choices].filter(Boolean).join(': ');
      return [`\`${option.flags}\``, words, defaultOf({ ...option, required: false })];
    });
  return [...args, ...options];
}

/** The page of every command, from the tree that parses the command line. */
export function cliPage({ program }) {
  const silent = { result() {}, words() {} };
  const parts = leaves(program(silent)).flatMap(({ path, command }) => {
    const args = command.registeredArguments.map((argument) =>
      argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
    );
    const description = command.description();
    const rows = rowsOf(command);
    return [
      `## \`${[...path, ...args].join(' ')}\``,
      `${description[0].toUpperCase()}${description.slice(1)}.`,
      ...(rows.length === 0 ? [] : [table(['argument or flag', 'meaning', 'default'], rows)]),
    ];
  });
  return page(
    'broker/src/cli',
    'The command, flag by flag',
    `In a checkout \`npm run creance -- <command>\`. Results go to standard output, everything else to standard error. Exit
codes: 0 done, 1 refused or failed, 2 a command line that cannot be understood, 78 a configuration that cannot work,
4 an act that was not done and waits for a second person. \`creance plan\` exits 0 when nothing would change, 2 when something would, 1 on a fault. Nothing secret is taken from the
command line: an operator's key is named by its file, \`--key-file\` or \`CREANCE_KEY_FILE\`, a join string by
\`CREANCE_JOIN\`.`,
    ...parts,
  );
}
