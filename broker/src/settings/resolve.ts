import { ok, type Result, refuse } from '@creance/proto';
import { configurationFault, type StartFault } from '../start-fault.js';
import type { SettingsFile } from './file.js';
import { readValue } from './read-value.js';
import { type Setting, type SettingName, type SettingValue, settings } from './table.js';

/** A value in force, and who says so: a flag, a variable, a place in the file, or nobody. */
export interface Resolved {
  readonly value: SettingValue;
  /** `flag --listen`, `env CREANCE_LISTEN`, `creance.config.yaml:3:1` or `default`. */
  readonly origin: string;
}

/** Every setting as it is in force. */
export type ResolvedSettings = Readonly<Record<SettingName, Resolved>>;

/** Who may say something. */
export interface SettingSources {
  /** Text, or true for a switch, by the name of the setting. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file: SettingsFile | undefined;
}

/**
 * What is in force: a flag before a variable before the file before the default. An empty variable counts
 * as none: that is how templates leave one out. Gives every fault at once.
 */
export function resolveSettings(
  sources: SettingSources,
): Result<ResolvedSettings, readonly StartFault[]> {
  const faults: StartFault[] = [];
  const resolved: Partial<Record<SettingName, Resolved>> = {};
  for (const setting of settings) {
    const found = resolve(setting, sources);
    if (found.ok) resolved[setting.name] = found.value;
    else faults.push(found.error);
  }
  return faults.length > 0 ? refuse(faults) : ok(resolved as ResolvedSettings);
}

function resolve(setting: Setting, sources: SettingSources): Result<Resolved, StartFault> {
  const { name, flag, variable, key, byDefault } = setting;
  const flagged = sources.flags[name];
  if (typeof flagged === 'string') return read(setting, flagged, `flag ${flag}`);
  if (flagged === true) return ok({ value: true, origin: `flag ${flag}` });
  const varied = variable && sources.environment[variable]?.trim();
  if (varied) return read(setting, varied, `env ${variable}`);
  const { file } = sources;
  const place = key === undefined ? undefined : file?.placeOf(key);
  if (key !== undefined && file !== undefined && place !== undefined)
    return ok({ value: file.values[key] as SettingValue, origin: `${file.file}:${place}` });
  return ok({ value: byDefault, origin: 'default' });
}

function read(setting: Setting, text: string, origin: string): Result<Resolved, StartFault> {
  const value = readValue(setting, text);
  if (value.ok) return ok({ value: value.value, origin });
  const line = `${origin} says ${JSON.stringify(text)}`;
  return refuse(configurationFault('setting_malformed', line, `write ${value.error}`));
}
