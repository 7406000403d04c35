import { join } from 'node:path';
import { type BrokerEvent, WatchEventsRequest, WatchEventsResponse } from '@creance/proto/wire';
import { Client, type ClientReadableStream, credentials, type ServiceError } from '@grpc/grpc-js';
import { expect, vi } from 'vitest';
import { soon } from './flow-operator.js';
import { refusedOf } from './refused.js';

/** A kind of what an event tells. */
export type Told = NonNullable<BrokerEvent['what']>;

const path = '/creance.v1.OperatorService/WatchEvents';

/** The owner of a development broker, who watches events as they come. */
export class EventWatch {
  readonly events: BrokerEvent[] = [];
  /** Why it has ended: `ok`, or the reason. */
  ended: string | undefined;
  readonly #client: Client;
  readonly #stream: ClientReadableStream<Buffer>;

  constructor(data: string, ask: Partial<WatchEventsRequest> = {}) {
    const request = watchRequest(ask);
    const plain = (bytes: Buffer) => bytes;
    this.#client = new Client(
      `unix:${join(data, 'run', 'operator.sock')}`,
      credentials.createInsecure(),
      {
        'grpc.use_local_subchannel_pool': 1,
      },
    );
    this.#stream = this.#client.makeServerStreamRequest(path, plain, plain, request);
    this.#stream.on('data', (bytes: Buffer) => {
      const { event } = WatchEventsResponse.decode(bytes);
      if (event !== undefined) this.events.push(event);
    });
    this.#stream.on('error', (error: ServiceError) => {
      this.ended ??= refusedOf(error).reason;
    });
    this.#stream.on('end', () => {
      this.ended ??= 'ok';
    });
  }

  /** What was told so far, one after the other. */
  get told(): readonly Told[] {
    return this.events.flatMap(({ what }) => what ?? []);
  }

  /** The first of a kind, once it is there. */
  async first<Kind extends Told['$case']>(
    kind: Kind,
    fits: (value: Extract<Told, { $case: Kind }>['value']) => boolean = () => true,
  ): Promise<BrokerEvent & { what: Extract<Told, { $case: Kind }> }> {
    const found = () =>
      this.events.find(({ what }) => what?.$case === kind && fits(what.value as never));
    await vi.waitFor(() => expect(found()).toBeDefined(), soon);
    return found() as BrokerEvent & { what: Extract<Told, { $case: Kind }> };
  }

  /** Stops reading: what comes waits at the broker. */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Resolves with why it has ended. */
  async end(): Promise<string> {
    await vi.waitFor(() => expect(this.ended).toBeDefined(), soon);
    return this.ended as string;
  }

  close(): void {
    this.#stream.cancel();
    this.#client.close();
  }
}

/** A request for all events, but for what is named. */
export function watchRequest(ask: Partial<WatchEventsRequest> = {}): Buffer {
  const all = { after: 0n, follow: true, workload: '', owner: '', kinds: [] };
  return Buffer.from(
    WatchEventsRequest.encode({ ...all, sessionId: Buffer.alloc(0), ...ask }).finish(),
  );
}
