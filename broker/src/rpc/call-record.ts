import { encodeBase64url } from '@creance/proto';
import type { Metadata } from '@grpc/grpc-js';
import type { Caller } from '../domain/caller.js';
import type { Entropy } from '../runtime/entropy.js';
import type { Arrival } from '../telemetry/call-spans.js';
import { addressOfPeer } from './address.js';

const opaqueKey = 'creance.call';

/** What is known of one call, from its first header to its answer. */
export class CallRecord {
  /** Random; in the reply, the log line and the audit record. */
  readonly requestId: string;
  /** `/package.Service/Method`. */
  readonly method: string;
  /** `address:port` of the connection; `unknown` over a unix socket. */
  readonly peer: string;
  readonly address: string;
  /** Who calls, once it is proved. */
  caller: Caller | undefined;
  /** When it arrived, and in whose trace; undefined when nobody traces. */
  arrival: Arrival | undefined;
  #settled = false;

  constructor(method: string, peer: string, entropy: Entropy) {
    this.requestId = encodeBase64url(entropy.bytes(16));
    this.method = method;
    this.peer = peer;
    this.address = addressOfPeer(peer);
  }

  /** Whether somebody has answered. */
  get isSettled(): boolean {
    return this.#settled;
  }

  /** Claims the right to answer. True once; whoever comes later is too late. */
  settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    return true;
  }
}

/** What is noted of a call, or of one message of a stream, when it is answered. */
export type CallNote = Pick<
  CallRecord,
  'requestId' | 'method' | 'peer' | 'address' | 'caller' | 'arrival'
>;

/** Lets the record go along with the call. Peers cannot send opaque entries. */
export function attachRecord(metadata: Metadata, record: CallRecord): void {
  metadata.setOpaque(opaqueKey, record);
}

/** The record of a call that has come through the gate. */
export function recordOf(metadata: Metadata): CallRecord {
  const record = metadata.getOpaque(opaqueKey);
  if (!(record instanceof CallRecord)) throw new Error('the call has not come through the gate');
  return record;
}
