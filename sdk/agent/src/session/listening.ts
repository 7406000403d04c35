import { asksForNonce, type BrokerParts } from '../broker/channel.js';
import type { CreanceError } from '../errors/creance-error.js';
import { errorFromReply } from '../errors/refusal.js';
import type { BrokerStream } from '../transport/contract.js';
import type { Voice } from './voice.js';

/** A call that the broker answers with a stream. */
export interface ListenAsk {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** The encoded request. */
  readonly request: Uint8Array;
  /** One message as it came. */
  readonly onMessage: (bytes: Uint8Array) => void;
  /** The last call: why it ended, or undefined for an end in order. Not called after `close`. */
  readonly onEnd: (error: CreanceError | undefined) => void;
}

/**
 * Opens such a call as a session. A demand for a nonce is answered once: it was refused before anything
 * happened. Never keeps the process alive.
 */
export function listenAs(
  { transport, nonces, origin }: BrokerParts,
  speaker: { readonly voice: Voice; readonly sessionId: string },
  ask: ListenAsk,
): Pick<BrokerStream, 'close'> {
  const { path, request } = ask;
  let isClosed = false;
  const open = (mayAnswerNonce: boolean): BrokerStream => {
    const proof = speaker.voice.proofs.make({
      method: 'POST',
      target: origin + path,
      origin,
      content: undefined,
    });
    return transport.stream(
      { path, proof, sessionId: speaker.sessionId, request },
      {
        onMessage: ask.onMessage,
        onEnd: (end, isInOrder = false) => {
          nonces.remember(origin, end.nonce);
          if (isClosed) return;
          if (mayAnswerNonce && asksForNonce(end)) stream = open(false);
          else ask.onEnd(isInOrder ? undefined : errorFromReply(end));
        },
      },
    );
  };
  let stream = open(true);
  return {
    close() {
      isClosed = true;
      stream.close();
    },
  };
}
