import type { Spread, Subject } from '../harness.js';

/** A system that others run for what the broker does. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  /** What was asked of it. */
  readonly operation: string;
  /** How it was set up, so that anybody can say whether it was fair. */
  readonly settings: string;
  readonly client: string;
  readonly subject: Subject;
  stop(): Promise<void>;
}

/** A peer as it came out: CPU µs of its process an operation. */
export interface MeasuredPeer extends Omit<Peer, 'subject' | 'stop'> {
  readonly micros: Spread;
}
