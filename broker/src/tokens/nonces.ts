import { createHmac } from 'node:crypto';
import type { Entropy } from '../runtime/entropy.js';
import { isSameSecret } from './same-secret.js';

/** Nonces of this process (RFC 9449 §8): stateless, and worthless after a restart. */
export interface Nonces {
  /** The nonce to hand out now. */
  current(monotonicMillis: number): string;
  /** Whether a nonce was handed out by this process in this step or the one before. */
  isFresh(nonce: string, monotonicMillis: number): boolean;
}

/** Milliseconds for which one nonce is handed out; it is accepted for twice as long. */
const stepMillis = 30_000;

/**
 * Milliseconds after which no nonce is fresh any more: less than what is used once is remembered, so
 * that nothing with a nonce is taken twice, whatever the wall clock does.
 */
export const nonceMillisMax: number = 2 * stepMillis;

/** Nonces kept ready. */
const stepsKept = 4;

/** Makes nonces under a secret that dies with the process. */
export function openNonces(entropy: Entropy): Nonces {
  const secret = entropy.bytes(32);
  const known = new Map<number, string>();
  // Two steps count at any time: made once each and not once a proof, which was a tenth of a call.
  const nonceOf = (step: number): string => {
    const made = known.get(step) ?? nonceUnder(secret, step);
    if (known.size >= stepsKept) known.clear();
    known.set(step, made);
    return made;
  };
  const stepAt = (monotonicMillis: number) => Math.floor(monotonicMillis / stepMillis);
  return {
    current: (monotonicMillis) => nonceOf(stepAt(monotonicMillis)),
    isFresh(nonce, monotonicMillis) {
      const step = stepAt(monotonicMillis);
      return isSameSecret(nonce, nonceOf(step)) || isSameSecret(nonce, nonceOf(step - 1));
    },
  };
}

function nonceUnder(secret: Uint8Array, step: number): string {
  const mac = createHmac('sha256', secret).update(`creance-nonce-v1:${step}`);
  return mac.digest('base64url').slice(0, 32);
}
