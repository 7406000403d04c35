import { replyMalformed } from '../errors/local.js';

/** Decodes a response of the broker, and says that it is malformed when the decoder cannot. */
export function decodeReply<T>(message: { decode(bytes: Uint8Array): T }, bytes: Uint8Array): T {
  try {
    return message.decode(bytes);
  } catch {
    throw replyMalformed();
  }
}

/** Unix seconds of a response as a number that can be counted with. */
export function secondsOf(wire: bigint): number {
  const seconds = Number(wire);
  if (!Number.isSafeInteger(seconds)) throw replyMalformed();
  return seconds;
}
