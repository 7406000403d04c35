import { ErrorInfo, RpcStatus } from '@creance/proto/wire';
import {
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { systemClock } from '../runtime/clock.js';

/** For tests: how a call ended. */
export interface Ended {
  readonly code: number;
  /** Undefined when no ErrorInfo came along. */
  readonly reason: string | undefined;
  readonly requestId: string | undefined;
  readonly message: string;
  readonly metadata: Metadata;
  readonly reply: Buffer | undefined;
}

/** For tests: a client with a connection of its own that sends bytes. */
export class DoubleClient {
  readonly raw: Client;

  constructor(place: number | `unix:${string}`) {
    const target = typeof place === 'number' ? `127.0.0.1:${place}` : place;
    this.raw = new Client(target, credentials.createInsecure(), {
      'grpc.enable_channelz': 0,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
    });
  }

  /** One unary call; `entries` are its metadata, a session by `creance-session`. */
  call(
    path: string,
    request: Uint8Array = Buffer.alloc(0),
    entries: Readonly<Record<string, string>> = {},
    deadlineMillis = 10_000,
  ): Promise<Ended> {
    const deadline = Number.isFinite(deadlineMillis)
      ? systemClock.now() / 1_000 + deadlineMillis
      : undefined;
    return new Promise((resolve) => {
      this.raw.makeUnaryRequest(
        path,
        plain,
        plain,
        Buffer.from(request),
        metadataOf(entries),
        deadline === undefined ? {} : { deadline },
        (error, reply) => resolve(error === null ? answered(reply) : endedBy(error)),
      );
    });
  }

  /** A stream of the broker's. */
  stream(
    path: string,
    request: Uint8Array,
    entries: Readonly<Record<string, string>> = {},
  ): ClientReadableStream<Buffer> {
    const bytes = Buffer.from(request);
    return this.raw.makeServerStreamRequest(path, plain, plain, bytes, metadataOf(entries));
  }

  /** A stream both ways. */
  duplex(
    path: string,
    entries: Readonly<Record<string, string>> = {},
    deadlineMillis?: number,
  ): ClientDuplexStream<Buffer, Buffer> {
    const deadline =
      deadlineMillis === undefined ? {} : { deadline: systemClock.now() / 1_000 + deadlineMillis };
    return this.raw.makeBidiStreamRequest(path, plain, plain, metadataOf(entries), deadline);
  }

  close(): void {
    this.raw.close();
  }
}

/** For tests: what a stream said until it ended, and how it ended. */
export async function drained(
  stream: ClientReadableStream<Buffer>,
): Promise<{ readonly said: readonly string[]; readonly ended: Ended }> {
  const said: string[] = [];
  stream.on('data', (bytes: Buffer) => said.push(bytes.toString('latin1')));
  const ended = await new Promise<Ended>((resolve) => {
    stream.on('error', (error) => resolve(endedBy(error as ServiceError)));
    stream.on('end', () => resolve(answered(undefined)));
  });
  return { said, ended };
}

const plain = (bytes: Buffer): Buffer => bytes;

function metadataOf(entries: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(entries)) metadata.add(name, value);
  return metadata;
}

/** For tests: how a call ended that ended well. */
export function answered(reply: Buffer | undefined): Ended {
  const metadata = new Metadata();
  return { code: 0, reason: 'ok', requestId: undefined, message: '', metadata, reply };
}

/** For tests: how a call ended that did not end well. */
export function endedBy({ code, details: message, metadata }: ServiceError): Ended {
  const [bytes] = metadata.get('grpc-status-details-bin');
  const [first] = Buffer.isBuffer(bytes) ? RpcStatus.decode(bytes).details : [];
  const known = first && ErrorInfo.decode(first.value);
  const reason = known?.reason.toLowerCase();
  const requestId = known?.metadata['request_id'];
  return { code, reason, requestId, message, metadata, reply: undefined };
}
