import { type Command, Option } from 'commander';
import { type Setting, settings } from '../settings/table.js';

/** Adds the flags of all settings, and of the file that has the others; for a development broker without TLS. */
export function addSettings(command: Command, kind: 'dev' | 'serve'): Command {
  command.option(
    '--config <file>',
    'file of settings (env CREANCE_CONFIG, or ./creance.config.yaml)',
  );
  for (const setting of settings) {
    if (setting.only !== undefined && setting.only !== kind) continue;
    command.addOption(optionOf(setting));
  }
  return command;
}

/** Defaults are not commander's: it could not tell a flag from what nobody said. */
function optionOf({ flag, form, variable, byDefault, words }: Setting): Option {
  const notes = [
    ...(form === undefined || byDefault === undefined || Array.isArray(byDefault)
      ? []
      : [`default ${byDefault}`]),
    ...(variable === undefined ? [] : [`env ${variable}`]),
  ];
  const described = notes.length === 0 ? words : `${words} (${notes.join(', ')})`;
  return new Option(form === undefined ? flag : `${flag} ${form}`, described);
}
