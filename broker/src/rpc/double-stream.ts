import { ErrorInfo, type RpcStatus, StreamRequest, StreamResponse } from '@creance/proto/wire';
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import type { IssuedToken } from '../commands/issue-token.js';
import { answered, type DoubleClient, type Ended, endedBy } from './double-client.js';

type Sent = NonNullable<StreamRequest['kind']>;
type Said = NonNullable<StreamResponse['kind']>['$case'];

/** For tests: the path of the stream. */
export const streamPath = '/creance.v1.SessionService/Stream';

/** For tests: one stream of a session, as its client sees it. */
export class DoubleStream {
  readonly call: ClientDuplexStream<Buffer, Buffer>;
  /** How it ended. */
  readonly ended: Promise<Ended>;
  readonly #said: StreamResponse[] = [];
  #onSaid: () => void = () => {};

  constructor(client: DoubleClient, session = 'workload:triage', deadlineMillis?: number) {
    this.call = client.duplex(streamPath, { 'creance-session': session }, deadlineMillis);
    this.call.on('data', (bytes: Buffer) => {
      this.#said.push(StreamResponse.decode(bytes));
      this.#onSaid();
    });
    this.ended = new Promise((resolve) => {
      this.call.on('error', (error) => resolve(endedBy(error as ServiceError)));
      this.call.on('end', () => resolve(answered(undefined)));
    });
  }

  /** Sends one message. */
  send(id: number | bigint, kind: Sent | undefined): void {
    this.raw(StreamRequest.encode({ id: BigInt(id), kind, traceparent: '' }).finish());
  }

  raw(bytes: Uint8Array): void {
    this.call.write(Buffer.from(bytes));
  }

  /** Asks for a token. */
  token(id: number | bigint, scopes: string[] = ['contacts:read']): void {
    const value = { audience: 'https://crm.example.internal', scopes, lifetimeSeconds: 0 };
    this.send(id, { $case: 'issueToken', value });
  }

  renew(id: number | bigint): void {
    this.send(id, { $case: 'renewSession', value: {} });
  }

  answer(proof: string, id = 0): void {
    this.send(id, { $case: 'challengeAnswer', value: { proof } });
  }

  /** The next message; rejects when the stream ends before one comes. */
  async next(): Promise<StreamResponse> {
    const known = this.#said.shift();
    if (known !== undefined) return known;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onSaid = resolve;
    await Promise.race([promise, this.ended]);
    const said = this.#said.shift();
    if (said === undefined) throw new Error(`the stream ended: ${(await this.ended).reason}`);
    return said;
  }

  /** The value of the next message, which must be of this kind. */
  async nextOf<Kind extends Said>(
    kind: Kind,
  ): Promise<Extract<NonNullable<StreamResponse['kind']>, { $case: Kind }>['value']> {
    const message = await this.next();
    if (message.kind?.$case !== kind) throw new Error(`said ${message.kind?.$case}, not ${kind}`);
    return message.kind.value as never;
  }
}

/** For tests: a stream that has been greeted. */
export async function openedStream(
  { client }: { readonly client: DoubleClient },
  session?: string,
): Promise<DoubleStream> {
  const stream = new DoubleStream(client, session);
  await stream.nextOf('opened');
  return stream;
}

/** For tests: the reason of a refusal of one message. */
export function reasonOf({ details: [first] }: RpcStatus): string | undefined {
  return first && ErrorInfo.decode(first.value).reason.toLowerCase();
}

/** For tests: a token that was issued. */
export const issuedToken: IssuedToken = {
  token: 'token',
  grant: { scopes: ['contacts:read'], expiresAt: 5 } as unknown as IssuedToken['grant'],
  lifetimeSeconds: 60,
};
