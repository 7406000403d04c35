import { Durability } from '@creance/proto/wire';
import type { Output } from './output.js';

/** What keeps a cut, for programs. */
export function durabilityWord(durability: Durability): 'stored' | 'pending' | 'memory' | 'unsaid' {
  if (durability === Durability.DURABILITY_STORED) return 'stored';
  if (durability === Durability.DURABILITY_PENDING) return 'pending';
  return durability === Durability.DURABILITY_MEMORY ? 'memory' : 'unsaid';
}

/** Says beside the answer what whoever has cut must know of it; nothing while the store is well. */
export function sayDurability(durability: Durability, output: Output): void {
  const words = durabilityWords[durabilityWord(durability)];
  if (words !== undefined) output.words(words);
}

const durabilityWords: Readonly<Record<ReturnType<typeof durabilityWord>, string | undefined>> = {
  stored: undefined,
  unsaid: undefined,
  pending:
    'durability: pending — the cut is in force and in the journal; the store of the broker cannot write, and takes it when it can or at its next start. Fix: docs/operations.md, "The store is broken"',
  memory:
    'durability: memory — the cut is in force, and the disk took it nowhere: it ends with the process. Fix: mend the disk, start the broker, and cut again',
};
