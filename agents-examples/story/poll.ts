import { Agent, request } from 'node:http';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { grpcReason } from '../lib/grpc-reason.js';
import { monotonicMillis } from '../lib/monotonic.js';
import type { Presigned, SignedRequest } from '../lib/presigned.js';

/** How a service has answered genuine requests until it refused one. */
export interface Refused {
  /** Requests that it has let through before. */
  readonly accepted: number;
  /** What it said when it refused. */
  readonly outcome: string;
  /** When that answer was there, by the monotonic clock of the machine. */
  readonly atMillis: number;
}

/** Where requests go. */
type Target = Omit<Presigned, 'requests'>;

/** One try: undefined when it was let through, else the reason for the refusal. */
type Try = (signed: SignedRequest) => Promise<string | undefined>;

/** Milliseconds between an answer and the next request. */
const pauseMillis = 4;

/**
 * Sends genuine requests over one connection, one after the other, until one is refused. Resolves once the
 * service has let the first through; `refused` is what comes in the end.
 */
export async function startPoll(
  { requests, ...target }: Presigned,
  isGrpc: boolean,
): Promise<{ readonly refused: Promise<Refused> }> {
  const [first, ...rest] = requests;
  if (first === undefined) throw new Error('there is nothing to send');
  const { send, close } = isGrpc ? overGrpc(target) : overHttp(target);
  const outcome = await send(first);
  if (outcome !== undefined) throw new Error(`a genuine request was refused: ${outcome}`);
  const refused = poll(rest, send).finally(close);
  // Whoever waits for it is told; until somebody does, a fault must not end the process.
  refused.catch(() => {});
  return { refused };
}

async function poll(requests: readonly SignedRequest[], send: Try): Promise<Refused> {
  for (const [at, signed] of requests.entries()) {
    await new Promise((resolve) => setTimeout(resolve, pauseMillis));
    const outcome = await send(signed);
    if (outcome !== undefined) return { accepted: at + 1, outcome, atMillis: monotonicMillis() };
  }
  throw new Error('the service let every genuine request through');
}

function overHttp({ url, method }: Target): { send: Try; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send: Try = (signed) =>
    new Promise((resolve, reject) => {
      const sending = request(url, { agent, method, headers: { ...signed } }, (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.on('error', reject);
        reply.on('end', () => {
          const { statusCode = 0 } = reply;
          if (statusCode < 300) return resolve(undefined);
          const body = JSON.parse(Buffer.concat(chunks).toString()) as { reason?: string };
          resolve(`${statusCode} ${body.reason}`);
        });
      });
      sending.on('error', reject);
      sending.end();
    });
  return { send, close: () => agent.destroy() };
}

function overGrpc({ url }: Target): { send: Try; close(): void } {
  const { host, pathname } = new URL(url);
  const client = new Client(host, credentials.createInsecure());
  const asIs = (bytes: Buffer) => bytes;
  const send: Try = (signed) =>
    new Promise((resolve) => {
      const metadata = new Metadata();
      for (const [name, value] of Object.entries(signed)) metadata.set(name, value);
      client.makeUnaryRequest(pathname, asIs, asIs, Buffer.from('{}'), metadata, (fault) =>
        resolve(fault === null ? undefined : `gRPC ${fault.code} ${grpcReason(fault)}`),
      );
    });
  return { send, close: () => client.close() };
}
