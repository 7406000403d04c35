import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** A disk in memory where there is one: what is asked is what is written, not how fast. */
export function memoryFolder(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}
