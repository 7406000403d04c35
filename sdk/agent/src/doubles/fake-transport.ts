import { grpcStatus } from '../errors/status.js';
import type { BrokerCall, BrokerReply, BrokerTransport } from '../transport/contract.js';
import { lostReply } from './replies.js';
import type { ScriptedBroker } from './scripted-broker.js';

/** For tests: the way to a scripted broker without a network, which can be cut and held up. */
export class FakeTransport implements BrokerTransport {
  readonly #broker: ScriptedBroker;
  #gate: Promise<void> | undefined;
  /** Nobody answers: calls fail at once, as against a closed port. */
  away = false;
  /** Calls that were tried, answered or not. */
  tried = 0;
  closed = false;

  constructor(broker: ScriptedBroker) {
    this.#broker = broker;
  }

  /** Holds all calls back until the result is called. */
  hold(): () => void {
    let open = (): void => {};
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    return () => {
      this.#gate = undefined;
      open();
    };
  }

  async unary(call: BrokerCall): Promise<BrokerReply> {
    this.tried += 1;
    await this.#gate;
    if (this.away || this.closed) return lostReply(grpcStatus.unavailable, 'ECONNREFUSED');
    return this.#broker.handle(call);
  }

  close(): void {
    this.closed = true;
  }
}
