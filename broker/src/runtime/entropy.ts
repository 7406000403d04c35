import { randomBytes } from 'node:crypto';

/** The one door to randomness. */
export interface Entropy {
  /** So many bytes from a cryptographic source. */
  bytes(length: number): Uint8Array;
}

const poolBytes = 4_096;

/** The machine's cryptographic source, read in pages: one system call serves many ids. */
export function systemEntropy(): Entropy {
  let pool = new Uint8Array(0);
  return {
    bytes(length) {
      if (length > poolBytes) return new Uint8Array(randomBytes(length));
      if (pool.length < length) pool = new Uint8Array(randomBytes(poolBytes));
      const taken = pool.slice(0, length);
      pool = pool.subarray(length);
      return taken;
    },
  };
}
