import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';

/** How a stream ended: its gRPC status, or the HTTP/2 code that reset it. */
export interface StreamEnd {
  readonly grpc: string | undefined;
  readonly http: number | undefined;
  readonly reset: number | undefined;
}

/** Speaks HTTP/2 without a gRPC library in between, so that any header and any byte can be sent. */
export class Http2Attacker {
  readonly session: ClientHttp2Session;

  constructor(origin: string) {
    this.session = connect(origin);
    this.session.on('error', () => {});
  }

  /** A gRPC stream with headers of its own, and its end. */
  open(
    path: string,
    headers: Readonly<Record<string, string | string[]>> = {},
  ): { readonly stream: ClientHttp2Stream; readonly ended: Promise<StreamEnd> } {
    const stream = this.session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    stream.on('error', () => {});
    stream.resume();
    let grpc: string | undefined;
    let http: number | undefined;
    const note = (found: Record<string, unknown>) => {
      grpc ??= found['grpc-status'] as string | undefined;
      http ??= found[':status'] as number | undefined;
    };
    stream.on('response', note);
    stream.on('trailers', note);
    const ended = new Promise<StreamEnd>((resolve) => {
      const done = () => resolve({ grpc, http, reset: stream.rstCode || undefined });
      stream.on('close', done);
      stream.on('end', () => setImmediate(done));
    });
    return { stream, ended };
  }

  close(): void {
    this.session.destroy();
  }
}

/** A message in its gRPC frame. */
export function grpcFrame(bytes: Uint8Array, compressed = false): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0, 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
