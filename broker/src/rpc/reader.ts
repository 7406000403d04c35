import { BinaryReader } from '@bufbuild/protobuf/wire';
import { ok, type Result, refuse } from '@creance/proto';
import type { Denial } from '../domain/denial.js';

/** The half of a generated message that decodes it. */
export interface Decodes<Message> {
  decode(reader: BinaryReader): Message;
}

const strictUtf8: TextDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes a message that came from outside. Refuses what proto3 forbids and lenient readers take: text
 * that is not UTF-8, and bytes behind a tag that ends the message early.
 */
export function decodeMessage<Message>(
  kind: Decodes<Message>,
  bytes: Uint8Array,
): Result<Message, Denial> {
  return readWhole(bytes, (reader) => kind.decode(reader));
}

/** Reads bytes to their end; whatever `read` throws means that they are malformed. */
export function readWhole<Message>(
  bytes: Uint8Array,
  read: (reader: BinaryReader) => Message,
): Result<Message, Denial> {
  const reader = new BinaryReader(bytes, (text) => strictUtf8.decode(text));
  try {
    const message = read(reader);
    if (reader.pos === reader.len) return ok(message);
  } catch {
    // Whatever a malformed message trips over says nothing that its sender does not know.
  }
  return refuse({ reason: 'request_malformed' });
}
