import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';

/** A reverse proxy that keeps what it should not: the headers of the last request. */
export interface LeakyProxy {
  /** Headers of the last request that came through; undefined before the first. */
  leaked(): IncomingHttpHeaders | undefined;
  close(): void;
}

/** Opens the proxy on a port of loopback, in front of another. */
export function openLeakyProxy(port: number, servicePort: number): Promise<LeakyProxy> {
  let last: IncomingHttpHeaders | undefined;
  const server: Server = createServer((incoming, outgoing) => {
    if (incoming.headers.authorization !== undefined) last = incoming.headers;
    const { method, url, headers } = incoming;
    const onward = request(
      { host: '127.0.0.1', port: servicePort, method, path: url, headers },
      (reply) => {
        outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () =>
      resolve({ leaked: () => last, close: () => void server.close() }),
    );
  });
}
