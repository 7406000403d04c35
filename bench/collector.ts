import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// A collector of traces that takes everything and reads nothing, in a process of its own.
const server = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(200).end());
});
server.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
);
