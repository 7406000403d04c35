import { writeFileSync } from 'node:fs';
import { ignoreKeys } from './init-ignore.js';
import { initText } from './init-text.js';
import { CommandFailed, type Output, printable } from './output.js';
import { typed } from './typed.js';

/** Writes a commented manifest to start from, and keeps keys out of version control. A file that is there stays as it is. */
export function init(file: string, output: Output): void {
  try {
    writeFileSync(file, initText, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const fix =
      code === 'EEXIST'
        ? 'is there already and stays as it is — fix: name another file'
        : `cannot be written: ${code} — fix: name a file in a folder that you may write`;
    throw new CommandFailed(`${printable(file)} ${fix}`);
  }
  output.result(`wrote ${printable(file)}`);
  const ignored = ignoreKeys(file);
  if (ignored !== undefined) output.words(ignored);
  output.words(
    `next: creance dev --manifest ${printable(typed(file))}, or creance plan ${printable(typed(file))}`,
  );
}
