import { grpcStatus } from '../errors/status.js';
import { limits } from '../limits.js';
import type { BrokerStream, StreamListener } from './contract.js';
import { failedReply } from './reply.js';

const none: BrokerStream = { send: () => {}, close: () => {} };

/**
 * Room for the streams of one connection. A broker takes so many calls of a connection at once and lets the
 * others wait: streams of many sessions must not take all the room, or no call would ever be heard, not even
 * the one that closes a session. A stream that finds none ends as one that is tried again later.
 */
export class StreamRoom {
  #open = 0;

  /** Opens a stream where there is room. */
  take(listener: StreamListener, open: (listener: StreamListener) => BrokerStream): BrokerStream {
    if (this.#open >= limits.streamsPerConnection) {
      queueMicrotask(() => listener.onEnd(failedReply(grpcStatus.resourceExhausted)));
      return none;
    }
    this.#open += 1;
    let isCounted = true;
    const leave = () => {
      if (isCounted) this.#open -= 1;
      isCounted = false;
    };
    const stream = open({
      onMessage: (bytes) => listener.onMessage(bytes),
      onEnd: (end, isInOrder) => {
        leave();
        listener.onEnd(end, isInOrder);
      },
    });
    return {
      send: (bytes) => stream.send(bytes),
      close: () => {
        leave();
        stream.close();
      },
    };
  }
}
