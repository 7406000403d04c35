import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { workloads } from './bench-manifest.js';
import { issueRequest } from './issuing.js';

const plain = (bytes: Buffer) => bytes;

/** Streams to a server that answers each message with one of a token's size, one a connection. */
export class StreamEcho {
  readonly #lines: { readonly client: Client; readonly call: ClientDuplexStream<Buffer, Buffer> }[];
  /** By stream, who waits: answers come in order. */
  readonly #waiting: (() => void)[][];

  private constructor(port: number) {
    this.#waiting = workloads.map(() => []);
    this.#lines = this.#waiting.map((waiting) => {
      const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
        'grpc.use_local_subchannel_pool': 1,
        'grpc.enable_channelz': 0,
      });
      const call = client.makeBidiStreamRequest('/bench.Echo/Stream', plain, plain);
      call.on('data', () => waiting.shift()?.());
      call.on('error', () => {});
      return { client, call };
    });
  }

  static async open(port: number): Promise<StreamEcho> {
    const echo = new StreamEcho(port);
    await Promise.all(workloads.map((_, nth) => echo.ask(nth)));
    return echo;
  }

  ask(nth: number): Promise<void> {
    const at = nth % this.#lines.length;
    return new Promise((resolve) => {
      this.#waiting[at]?.push(resolve);
      this.#lines[at]?.call.write(issueRequest);
    });
  }

  close(): void {
    for (const { client, call } of this.#lines) {
      call.cancel();
      client.close();
    }
  }
}
