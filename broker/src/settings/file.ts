import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { ok, type Result, refuse } from '@creance/proto';
import { z } from 'zod';
import { limits } from '../domain/limits.js';
import { type FlatFile, formatFaults, readFlat } from '../manifest/index.js';
import type { StartFault } from '../start-fault.js';
import { actKeys, logLevels, type Setting, settings } from './table.js';

/** The file that is taken when none is named. */
export const fileByDefault = 'creance.config.yaml';

const asnMax = 4_294_967_295;
const asnsMax = 64;

const shapes: Readonly<Record<Setting['kind'], z.ZodType>> = {
  text: z.string(),
  path: z.string(),
  switch: z.boolean(),
  megabytes: z.int().min(0).max(limits.historyMegabytesMax),
  level: z.enum(logLevels),
  asns: z.array(z.int().min(1).max(asnMax)).max(asnsMax),
};

const schema: z.ZodObject = z.strictObject(
  Object.fromEntries(
    settings.flatMap(({ key, kind }) =>
      key === undefined ? [] : [[key, shapes[kind].optional()]],
    ),
  ),
);

/** A file of settings, as it is called in messages. */
export interface SettingsFile extends FlatFile {
  readonly file: string;
}

/**
 * Reads the file of settings: the one that is named, else the one of the working folder where it exists.
 * Relative paths in it are from its own folder. Undefined where there is none.
 */
export async function readSettingsFile(
  named: string | undefined,
): Promise<Result<SettingsFile | undefined, StartFault>> {
  const file = named ?? fileByDefault;
  if (named === undefined && !existsSync(file)) return ok(undefined);
  const read = await readFlat(file, schema, actKeys);
  if (read.ok) return ok({ ...read.value, values: placed(read.value.values, file), file });
  const lines = formatFaults(read.error).split('\n');
  const fix = 'correct the file of settings; nothing was started';
  return refuse({ code: 'settings_faulty', lines, fix, exitCode: 78 });
}

function placed(values: FlatFile['values'], file: string): FlatFile['values'] {
  const folder = dirname(file);
  const isPath = new Set(settings.filter(({ kind }) => kind === 'path').map(({ key }) => key));
  const entries = Object.entries(values).map(([key, value]) => {
    const isRelative = isPath.has(key) && typeof value === 'string' && !isAbsolute(value);
    return [key, isRelative && folder !== '.' ? join(folder, value as string) : value] as const;
  });
  return Object.fromEntries(entries);
}
