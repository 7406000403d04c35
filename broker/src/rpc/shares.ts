import { addressKey } from './address.js';
import type { CallNote } from './call-record.js';
import type { EdgeLimits } from './limits.js';

type From = Pick<CallNote, 'peer' | 'address'>;

interface AddressShare {
  calls: number;
  /** Connections of it with calls in flight. */
  connections: number;
}

/**
 * Calls in flight by whom they are from. Before anybody is authenticated that is a connection, and the address
 * behind it: many connections of one address divide the share of that address, so that nobody looks small by
 * opening more of them.
 */
export class Shares {
  readonly #limits: EdgeLimits;
  readonly #byPeer = new Map<string, number>();
  readonly #byAddress = new Map<string, AddressShare>();
  #calls = 0;

  constructor(limits: EdgeLimits) {
    this.#limits = limits;
  }

  /** How many calls and messages of streams are in flight, of everybody. */
  get calls(): number {
    return this.#calls;
  }

  /** How many addresses and connections are remembered: those with something in flight. */
  get size(): number {
    return this.#byPeer.size + this.#byAddress.size;
  }

  /** Counts one as in flight; gives how to end that, which counts once however often it is called. */
  hold({ peer, address }: From): () => void {
    const key = addressKey(address);
    const own = this.#byAddress.get(key) ?? { calls: 0, connections: 0 };
    const before = this.#byPeer.get(peer) ?? 0;
    this.#calls += 1;
    own.calls += 1;
    if (before === 0) own.connections += 1;
    this.#byAddress.set(key, own);
    this.#byPeer.set(peer, before + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#release(peer, key, own);
    };
  }

  /**
   * Whether one more is more than a fair share of what may be in flight: first the addresses share it, then the
   * connections of each. Below `loopCallsPerConnection` a connection is refused only when its address has more
   * than its share, and one with nothing in flight only beyond `loopCallsMax`, the bound of all.
   */
  isBeyond({ peer, address }: From): boolean {
    const { loopCallsInFlight, loopCallsPerConnection, loopCallsMax } = this.#limits;
    const calls = this.#byPeer.get(peer) ?? 0;
    const own = this.#byAddress.get(addressKey(address)) ?? { calls: 0, connections: 0 };
    const share = loopCallsInFlight / Math.max(1, this.#byAddress.size);
    const isAddressBeyond = own.calls > share;
    if (calls === 0) return isAddressBeyond && this.#calls >= loopCallsMax;
    const least = isAddressBeyond && this.#byAddress.size > 1 ? 1 : loopCallsPerConnection;
    return calls >= Math.max(least, share / own.connections);
  }

  #release(peer: string, key: string, own: AddressShare): void {
    this.#calls -= 1;
    own.calls -= 1;
    const left = (this.#byPeer.get(peer) ?? 1) - 1;
    if (left > 0) this.#byPeer.set(peer, left);
    else {
      this.#byPeer.delete(peer);
      own.connections -= 1;
    }
    if (own.calls === 0) this.#byAddress.delete(key);
  }
}
