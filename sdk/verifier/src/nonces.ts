import type { Primitives, Soon } from './primitives.js';
import type { Entropy } from './runtime/entropy.js';

/** Milliseconds for which one nonce is handed out; it is accepted for twice as long. */
const stepMillis = 60_000;
const secretBytes = 32;

/**
 * Nonces of this process (RFC 9449 §9): an HMAC of the time under a secret that dies with it, so that
 * none is stored and none outlives a restart. Valid for 60 to 120 s by the monotonic clock.
 */
export class Nonces {
  readonly #primitives: Primitives;
  readonly #secret: Uint8Array<ArrayBuffer>;
  readonly #made = new Map<number, string>();

  constructor(primitives: Primitives, entropy: Entropy) {
    this.#primitives = primitives;
    this.#secret = entropy.bytes(secretBytes);
  }

  /** The nonce to hand out now. */
  current(nowMillis: number): Soon<string> {
    return this.#nonceOf(Math.floor(nowMillis / stepMillis));
  }

  /** Whether a nonce is of this process and of this step or the one before. */
  async isFresh(nonce: string, nowMillis: number): Promise<boolean> {
    const step = Math.floor(nowMillis / stepMillis);
    const [now, before] = [await this.#nonceOf(step), await this.#nonceOf(step - 1)];
    return isSameSecret(nonce, now) || isSameSecret(nonce, before);
  }

  #nonceOf(step: number): Soon<string> {
    return this.#made.get(step) ?? this.#make(step);
  }

  async #make(step: number): Promise<string> {
    const nonce = await this.#primitives.hmac(this.#secret, `creance-nonce-v1:${step}`);
    this.#made.set(step, nonce);
    for (const old of this.#made.keys()) if (old < step - 1) this.#made.delete(old);
    return nonce;
  }
}

/**
 * Compares a text of a stranger with one that only we can make, in a time that does not tell how much of it was
 * right. Web runtimes have no `timingSafeEqual`.
 */
function isSameSecret(presented: string, secret: string): boolean {
  let difference = presented.length ^ secret.length;
  for (let at = 0; at < secret.length; at += 1) {
    difference |= presented.charCodeAt(at) ^ secret.charCodeAt(at);
  }
  return difference === 0;
}
