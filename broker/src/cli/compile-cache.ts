import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { constants, enableCompileCache, getCompileCacheDir } from 'node:module';
import { join } from 'node:path';

/** Bits of a mode that let anybody but the owner in. */
const othersMask = 0o077;

/**
 * Keeps what V8 has compiled of the broker's own code in the folder `compiled` of its data folder, so that the next
 * start need not compile it again. What lies there is run as code and nothing proves where it came from: so it is
 * kept only where nobody else can write, never in a temporary folder that is shared. Where that is not sure, and where
 * it cannot be written, there is no cache and the start is as slow as it was. Gives the folder that is in use.
 */
export function keepCompiled(data: string): string | undefined {
  const folder = join(data, 'compiled');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isOursAlone(data) || !isOursAlone(folder)) return undefined;
    const { status } = enableCompileCache(folder);
    // What it answers is the folder above when it starts; this is where it writes.
    const directory = getCompileCacheDir();
    if (status !== constants.compileCacheStatus.ENABLED || directory === undefined)
      return undefined;
    dropOlder(folder, directory);
    return directory;
  } catch {
    // A full or read-only disk is for the broker to report; it starts without.
    return undefined;
  }
}

/** A real folder, of the owner of this process, that is closed to everybody else. */
function isOursAlone(folder: string): boolean {
  const found = lstatSync(folder);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & othersMask) === 0;
}

/** What another version of Node has left: nobody reads it any more, and it would only grow. */
function dropOlder(folder: string, current: string): void {
  for (const name of readdirSync(folder)) {
    const older = join(folder, name);
    if (older !== current) rmSync(older, { recursive: true, force: true });
  }
}
