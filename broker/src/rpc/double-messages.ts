import type { Denial } from '../domain/denial.js';
import type { Encodes } from './writer.js';

/** For tests: a message as it goes over the wire. */
export function bytesOf<Message>(kind: Encodes<Message>, message: Message): Buffer {
  return Buffer.from(kind.encode(message).finish());
}

/** For tests: the reason and the faulty fields of a refusal. */
export function faultsOf(result: {
  readonly ok: boolean;
  readonly error?: Denial;
}): 'ok' | readonly (string | undefined)[] {
  return result.ok
    ? 'ok'
    : [result.error?.reason, ...(result.error?.fields ?? []).map(({ field }) => field)];
}
