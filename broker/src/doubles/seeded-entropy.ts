import { createHash } from 'node:crypto';
import type { Entropy } from '../runtime/entropy.js';

/** For tests: the same bytes for the same seed, and never the same bytes twice. */
export function seededEntropy(seed = 'seed'): Entropy {
  let count = 0;
  const block = () => createHash('sha256').update(`${seed}:${count++}`).digest();
  return {
    bytes(length) {
      const blocks = Array.from({ length: Math.ceil(length / 32) }, block);
      return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
    },
  };
}
