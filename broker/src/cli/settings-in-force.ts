import type { BrokerFlags } from '../config.js';
import { readSettingsFile, type SettingsFile } from '../settings/file.js';
import { type ResolvedSettings, resolveSettings } from '../settings/resolve.js';
import { misspelt } from '../settings/variables.js';
import { CommandFailed, formatStartFault, type Output, printable } from './output.js';

/** Flags as commander gives them: text by the name of the setting, and the file. */
export type SettingFlags = Readonly<Record<string, unknown>> & { readonly config?: string };

/** What is in force, and the file that was read. */
export interface SettingsInForce {
  readonly settings: ResolvedSettings;
  readonly file: SettingsFile | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Resolves what flags, environment and file say. Throws every fault at once; says what looks like a slip. */
export async function settingsInForce(
  flags: SettingFlags,
  output: Output,
  environment: Environment = process.env,
): Promise<SettingsInForce> {
  for (const { name, meant } of misspelt(environment))
    output.words(`${printable(name)} means nothing here — did you mean ${meant}?`);
  const named = flags.config ?? (environment['CREANCE_CONFIG']?.trim() || undefined);
  const file = await readSettingsFile(named);
  const faults = file.ok ? [] : [file.error];
  const resolved = resolveSettings({
    flags,
    environment,
    file: file.ok ? file.value : undefined,
  });
  if (!resolved.ok) faults.push(...resolved.error);
  if (!file.ok || !resolved.ok)
    throw new CommandFailed(printableFaults(faults.map(formatStartFault)), 78);
  return { settings: resolved.value, file: file.value };
}

function printableFaults(faults: readonly string[]): string {
  return faults.join('\n').split('\n').map(printable).join('\n');
}

/** The same as a broker takes it, and what to call a setting in messages: by who said so. */
export function brokerFlagsOf(
  settings: ResolvedSettings,
  dev: boolean,
): BrokerFlags & { readonly logLevel: string } {
  const text = (name: keyof ResolvedSettings) => settings[name].value as string;
  const maybe = (name: keyof ResolvedSettings) => settings[name].value as string | undefined;
  return {
    dev,
    manifest: text('manifest'),
    data: text('data'),
    listen: text('listen'),
    httpListen: maybe('httpListen'),
    publicOrigin: maybe('publicOrigin'),
    // A development broker has none, whatever the file of its folder says for production.
    tlsCertificate: dev ? undefined : maybe('tlsCertificate'),
    tlsKey: dev ? undefined : maybe('tlsKey'),
    asnDatabase: maybe('asnDatabase'),
    cityDatabase: maybe('cityDatabase'),
    providerAsns: settings.providerAsns.value as readonly number[],
    historyMegabytes: settings.historyMegabytes.value as number,
    restored: settings.restored.value as boolean,
    cutOnly: settings.cutOnly.value as boolean,
    takeManifest: settings.takeManifest.value as boolean,
    logLevel: text('logLevel'),
  };
}
