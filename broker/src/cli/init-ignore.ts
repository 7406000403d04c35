import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { printable } from './output.js';

/** What must not be committed beside a manifest: the keys and the store of a broker, and the keys of members. */
const unkept = ['creance-data/', '*.key.json'] as const;

/**
 * Keeps keys out of version control: writes a `.gitignore` beside the manifest where there is none. One that is there
 * stays as it is. Gives what to tell of it; undefined where nothing is to be done.
 */
export function ignoreKeys(manifest: string): string | undefined {
  const file = join(dirname(manifest), '.gitignore');
  try {
    writeFileSync(file, `${unkept.join('\n')}\n`, { flag: 'wx' });
    return `wrote ${printable(file)}: ${unkept.join(' and ')} hold keys`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const missing = code === 'EEXIST' ? missingIn(file) : unkept;
    if (missing.length === 0) return undefined;
    return `add to ${printable(file)}, since they hold keys: ${missing.join(' and ')}`;
  }
}

function missingIn(file: string): readonly string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n').map(bare);
    return unkept.filter((pattern) => !lines.includes(bare(pattern)));
  } catch {
    return unkept;
  }
}

/** A pattern without the slashes that say where: whoever wrote either means the same here. */
function bare(pattern: string): string {
  return pattern.trim().replace(/^\//, '').replace(/\/$/, '');
}
