import type { Command } from 'commander';
import { keepCompiled } from './compile-cache.js';
import { configShow } from './config-show.js';
import { formatOption } from './options.js';
import type { Output } from './output.js';
import { addSettings } from './setting-options.js';
import { brokerFlagsOf, type SettingFlags, settingsInForce } from './settings-in-force.js';

/** Adds the commands that start a broker, and that which shows what it would start with. */
export function addServers(creance: Command, output: Output): void {
  const server = (name: 'dev' | 'serve', description: string) =>
    addSettings(creance.command(name).description(description), name).action(
      async (flags: SettingFlags) => {
        const { settings } = await settingsInForce(flags, output);
        keepCompiled(settings.data.value as string);
        // Only now: what is loaded before it is not kept, and the other commands need no broker.
        const { serve } = await import('./serve.js');
        await serve(brokerFlagsOf(settings, name === 'dev'), settings, output);
      },
    );
  server('dev', 'start a development broker on this machine');
  server('serve', 'start a broker');
  const config = creance.command('config').description('the settings of a broker');
  addSettings(config.command('show').description('show every setting that is in force'), 'serve')
    .option('--origin', 'and who says so: a flag, a variable, a line of the file, or nobody')
    .addOption(formatOption())
    .action((flags) => configShow(flags, output));
}
