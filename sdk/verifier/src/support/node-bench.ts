import { connect } from 'node:net';
import type { Bench } from './test-verifier.js';

/** A server of ours that a test asks over a real socket. */
export interface Place {
  readonly bench: Bench;
  readonly port: number;
}

/** Asks with a fresh token and a proof for this path; `htu` where the proof names another. */
export function get(
  { bench, port }: Place,
  path: string,
  init: {
    htu?: string;
    signal?: AbortSignal;
    token?: string;
    headers?: Record<string, string>;
  } = {},
): Promise<Response> {
  const token = init.token ?? bench.issuer.token();
  const htu = init.htu ?? `${bench.issuer.audience}${path.split('?')[0]}`;
  const signed = { authorization: `DPoP ${token}`, dpop: bench.issuer.proof(token, { htu }) };
  const headers = { ...init.headers, ...signed };
  return fetch(`http://127.0.0.1:${port}${path}`, { headers, signal: init.signal ?? null });
}

/** Sends bytes as they are, since clients tidy them up. */
export async function raw(port: number, lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(`${lines.join('\r\n')}\r\nHost: crm\r\nConnection: close\r\n\r\n`);
  let reply = '';
  for await (const bytes of socket) reply += String(bytes);
  return reply;
}
