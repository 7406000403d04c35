import { BinaryWriter } from '@bufbuild/protobuf/wire';

/** The half of a generated message that encodes it. */
export interface Encodes<Message> {
  encode(message: Message, writer?: BinaryWriter): BinaryWriter;
}

/**
 * One writer for every reply: a fresh one would allocate and grow its buffer for each message, which
 * costs two to three times as much as the encoding itself. Encoding is synchronous and nothing encodes
 * while it encodes, so one is enough.
 */
const shared: BinaryWriter = new BinaryWriter();

/** Encodes a message. */
export function encodeMessage<Message>(kind: Encodes<Message>, message: Message): Buffer {
  return written((writer) => kind.encode(message, writer));
}

/** The bytes that `write` writes. `write` must not encode by this door again. */
export function written(write: (writer: BinaryWriter) => unknown): Buffer {
  try {
    write(shared);
    return asBuffer(shared.finish());
  } catch (fault) {
    // What a failed message left behind would otherwise lead the next reply, which is a stranger's.
    shared.finish();
    throw fault;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
