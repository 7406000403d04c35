/** The one door to randomness. */
export interface Entropy {
  /** So many bytes from a cryptographic source. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

/** The machine's cryptographic source, by the Web's name, so that it is there in every runtime. */
export const systemEntropy: Entropy = {
  bytes: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
};

/** A fraction from 0 up to, but not including, 1. For jitter only. */
export function fraction(entropy: Entropy): number {
  const bytes = entropy.bytes(4);
  return new DataView(bytes.buffer).getUint32(0) / 2 ** 32;
}
