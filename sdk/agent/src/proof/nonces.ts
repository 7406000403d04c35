import { limits } from '../limits.js';

/** RFC 9449 §8.1: 1*NQCHAR, which is visible ASCII without quote and backslash. */
const nonceForm = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Whether a proof may carry this as its nonce. */
export function isNonce(text: string): boolean {
  return text.length <= limits.nonceChars && nonceForm.test(text);
}

/** The newest nonce of each origin: of the broker and of resources. Forgets the oldest origin first. */
export class Nonces {
  readonly #byOrigin = new Map<string, string>();

  /** The newest nonce of an origin. */
  get(origin: string): string | undefined {
    return this.#byOrigin.get(origin);
  }

  /** Remembers a nonce. One that is absent, malformed or far too long changes nothing. */
  remember(origin: string, nonce: string | null | undefined): void {
    if (nonce === null || nonce === undefined) return;
    if (!isNonce(nonce)) return;
    this.#byOrigin.delete(origin);
    this.#byOrigin.set(origin, nonce);
    if (this.#byOrigin.size <= limits.noncesKept) return;
    for (const oldest of this.#byOrigin.keys()) {
      this.#byOrigin.delete(oldest);
      return;
    }
  }
}
