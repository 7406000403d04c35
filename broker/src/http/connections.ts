import type { Server, Socket } from 'node:net';
import { addressKey } from '../rpc/address.js';
import { plainAddress } from '../runtime/address.js';

/** Bounds of the connections of a door. */
export interface ConnectionBounds {
  readonly httpConnections: number;
  readonly httpConnectionsPerAddress: number;
}

/** Keeps the bounds of connections, in all and for each address: what is beyond is closed at once. */
export function boundConnections(
  server: Server,
  bounds: ConnectionBounds,
  limitHit: (name: keyof ConnectionBounds) => void,
): void {
  const byAddress = new Map<string, number>();
  let all = 0;
  server.on('connection', (socket: Socket) => {
    const key = addressKey(plainAddress(socket.remoteAddress ?? ''));
    const count = byAddress.get(key) ?? 0;
    const hit = reached(all, count, bounds);
    if (hit !== undefined) {
      limitHit(hit);
      socket.destroy();
      return;
    }
    all += 1;
    byAddress.set(key, count + 1);
    socket.once('close', () => {
      all -= 1;
      const left = (byAddress.get(key) ?? 1) - 1;
      if (left > 0) byAddress.set(key, left);
      else byAddress.delete(key);
    });
  });
}

function reached(
  all: number,
  count: number,
  { httpConnections, httpConnectionsPerAddress }: ConnectionBounds,
): keyof ConnectionBounds | undefined {
  if (all >= httpConnections) return 'httpConnections';
  return count >= httpConnectionsPerAddress ? 'httpConnectionsPerAddress' : undefined;
}
