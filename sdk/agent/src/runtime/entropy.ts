import { randomBytes, randomInt } from 'node:crypto';

/** The one door to randomness. */
export interface Entropy {
  /** So many bytes from a cryptographic source, as base64url. */
  text(bytes: number): string;
  /** A fraction from 0 up to, but not including, 1. For jitter only. */
  fraction(): number;
}

const fractionSteps = 2 ** 32;

/** The machine's cryptographic source. */
export const systemEntropy: Entropy = {
  text: (bytes) => randomBytes(bytes).toString('base64url'),
  fraction: () => randomInt(fractionSteps) / fractionSteps,
};

/** A number drawn evenly from a range. */
export function between(entropy: Entropy, least: number, most: number): number {
  return least + (most - least) * entropy.fraction();
}
