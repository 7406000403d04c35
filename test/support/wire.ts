import {
  type ChannelCredentials,
  Client,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { refusedOf } from './refused.js';

/** How a call ended: `ok`, the reason of its ErrorInfo, or `grpc:` and the status where there is none. */
export interface WireEnd {
  readonly reason: string;
  readonly reply: Buffer | undefined;
  readonly error: ServiceError | undefined;
}

/** A connection of its own that sends any bytes with any metadata. */
export class Wire {
  readonly #client: Client;

  constructor(target: string, tls: ChannelCredentials = credentials.createInsecure()) {
    this.#client = new Client(target, tls, {
      'grpc.enable_channelz': 0,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_send_message_length': -1,
      'grpc.ssl_target_name_override': 'localhost',
    });
  }

  /** Any kind of method: resolves with its first reply or its end, and leaves it there. */
  send(
    path: string,
    request: Uint8Array,
    entries: Entries,
    deadlineMillis?: number,
  ): Promise<WireEnd> {
    const metadata = new Metadata();
    for (const [name, value] of entries) metadata.add(name, value);
    const plain = (bytes: Buffer) => bytes;
    const deadline = deadlineMillis === undefined ? {} : { deadline: Date.now() + deadlineMillis };
    const bytes = Buffer.from(request);
    const call = this.#client.makeServerStreamRequest(
      path,
      plain,
      plain,
      bytes,
      metadata,
      deadline,
    );
    return new Promise((resolve) => {
      call.on('data', (reply: Buffer) => {
        resolve({ reason: 'ok', reply, error: undefined });
        call.cancel();
      });
      call.on('error', (error: ServiceError) => {
        const { reason } = refusedOf(error);
        resolve({ reason, reply: undefined, error });
      });
    });
  }

  close(): void {
    this.#client.close();
  }
}

/** Metadata in order; a name may come twice. */
export type Entries = readonly (readonly [string, string])[];
