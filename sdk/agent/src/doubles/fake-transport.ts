import { grpcStatus } from '../errors/status.js';
import type {
  BrokerCall,
  BrokerReply,
  BrokerStream,
  BrokerTransport,
  StreamCall,
  StreamListener,
} from '../transport/contract.js';
import { lostReply } from './replies.js';
import type { ScriptedBroker } from './scripted-broker.js';

/** For tests: the way to a scripted broker without a network, which can be cut and held up. */
export class FakeTransport implements BrokerTransport {
  readonly #broker: ScriptedBroker;
  readonly #listeners = new Set<StreamListener>();
  #gate: Promise<void> | undefined;
  /** Nobody answers: calls fail at once, as against a closed port. */
  away = false;
  /** Unary calls that were tried, answered or not. */
  tried = 0;
  /** Streams that were opened from this side, standing or not. */
  streamsOpened = 0;
  closed = false;

  constructor(broker: ScriptedBroker) {
    this.#broker = broker;
  }

  /** Streams that neither side has ended. */
  get streamsOpen(): number {
    return this.#listeners.size;
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

  /** Breaks every stream, as a connection that goes. */
  breakStreams(): void {
    for (const listener of [...this.#listeners]) listener.onEnd(gone);
  }

  async unary(call: BrokerCall): Promise<BrokerReply> {
    this.tried += 1;
    await this.#gate;
    if (this.away || this.closed) return gone;
    return this.#broker.handle(call);
  }

  stream(call: StreamCall, listener: StreamListener): BrokerStream {
    this.streamsOpened += 1;
    let isOver = false;
    const heard: StreamListener = {
      onMessage: (bytes) => {
        if (!isOver) listener.onMessage(bytes);
      },
      onEnd: (end) => {
        if (isOver) return;
        close();
        listener.onEnd(end);
      },
    };
    const close = () => {
      isOver = true;
      this.#listeners.delete(heard);
    };
    this.#listeners.add(heard);
    if (this.away || this.closed) {
      queueMicrotask(() => heard.onEnd(gone));
      return { send: () => {}, close };
    }
    const stream = this.#broker.openStream(call, heard);
    return {
      send: (bytes) => {
        if (!isOver) queueMicrotask(() => stream.send(bytes));
      },
      close: () => {
        close();
        stream.close();
      },
    };
  }

  close(): void {
    this.closed = true;
  }
}

const gone = lostReply(grpcStatus.unavailable, 'ECONNREFUSED');
