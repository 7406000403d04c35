import type { EdgeLimits } from './limits.js';

/** The bounds of what a connection sends beyond its calls. */
export type BeyondBounds = Pick<EdgeLimits, 'bytesBeyondCalls' | 'bytesBeyondCallsPerSecond'>;

/**
 * What one connection has sent beyond its calls. HTTP/2 has frames that cost their sender nothing and ask for
 * nothing (RFC 9113 §10.5): pings, settings, windows, the rest of a message that was refused. node:http2 ends
 * a few of these floods; this bounds what all of them have in common, that bytes come and no calls.
 */
export class BytesBeyond {
  #left: number;
  #read = 0;
  #paid = 0;

  constructor(bounds: BeyondBounds) {
    this.#left = bounds.bytesBeyondCalls;
  }

  /** Bytes came that belong to a call: its metadata or a message of it. */
  pay(bytes: number): void {
    this.#paid += bytes;
  }

  /** Whether the connection has sent too much, so many seconds after the last look and by so many bytes in all. */
  isSpent(bytesRead: number, seconds: number, bounds: BeyondBounds): boolean {
    const came = bytesRead - this.#read - this.#paid;
    this.#read = bytesRead;
    this.#paid = 0;
    const left = this.#left + seconds * bounds.bytesBeyondCallsPerSecond - came;
    // Calls pay for themselves and for nothing that comes later.
    this.#left = Math.min(left, bounds.bytesBeyondCalls);
    return this.#left < 0;
  }
}
