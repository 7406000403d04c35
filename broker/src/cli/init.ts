import { writeFileSync } from 'node:fs';
import { initText } from './init-text.js';
import { CommandFailed, type Output, printable } from './output.js';

/** Writes a commented manifest to start from. A file that is there stays as it is. */
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
  output.words(
    `next: creance dev --manifest ${printable(file)}, or creance plan ${printable(file)}`,
  );
}
