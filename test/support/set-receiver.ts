import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';

/** What a receiver does with a push. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** Takes it, as RFC 8935 §2.2 says. */
export const accept: Behaviour = (_request, response) => void response.writeHead(202).end();

/** Answers a status without a body. */
export const answer =
  (status: number, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (_request, response) =>
    void response.writeHead(status, headers).end();

/** A receiver of Security Event Tokens on loopback, that does what it is told and verifies what it has taken. */
export class SetReceiver {
  behaviour: Behaviour = accept;
  /** Tokens that came in, in order, whatever became of them, and their content types. */
  readonly tokens: string[] = [];
  readonly types: (string | undefined)[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        this.tokens.push(Buffer.concat(parts).toString('latin1'));
        this.types.push(request.headers['content-type']);
        this.behaviour(request, response);
      });
      response.on('error', () => {});
    });
  }

  static async listen(): Promise<SetReceiver> {
    const receiver = new SetReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/events`;
  }

  /** The claims of every token that came in, each verified by the broker's key set. */
  verified(keySet: string): Promise<readonly JWTPayload[]> {
    const keys = createRemoteJWKSet(new URL(keySet));
    return Promise.all(
      this.tokens.map(async (token) => {
        const checks = { typ: 'secevent+jwt', audience: this.url, algorithms: ['ES256'] };
        return (await jwtVerify(token, keys, checks)).payload;
      }),
    );
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
