import type { Disk } from './disk.js';
import { FileDisk } from './file-disk.js';
import { idealSignatures } from './ideal-signatures.js';
import { KeyFolder } from './key-folder.js';
import { MemoryDisk } from './memory-disk.js';
import { type Played, play } from './play.js';

/** Where a broker of the simulator keeps its store. */
export type DiskKind = 'memory' | 'files';

/** Which seeds, and on what. */
export interface Run {
  readonly seeds: Iterable<number>;
  readonly disk: DiskKind;
  /** Called after each; a run ends when it says so. */
  readonly onPlayed: (played: Played) => 'go on' | 'stop';
}

/** Plays seeds in this process, one after the other. */
export async function runSeeds({ seeds, disk, onPlayed }: Run): Promise<void> {
  const giveBack = idealSignatures();
  const keyFolder = new KeyFolder();
  const newDisk = (): Disk => (disk === 'memory' ? new MemoryDisk() : new FileDisk());
  try {
    for (const seed of seeds) {
      if (onPlayed(await play(seed, newDisk(), keyFolder)) === 'stop') return;
    }
  } finally {
    keyFolder.remove();
    giveBack();
  }
}
