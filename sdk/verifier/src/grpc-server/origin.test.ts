import { afterEach, describe, expect, it } from 'vitest';
import { Seen } from '../support/seen.js';
import { allNeed, GrpcPlace, pathOf } from './fake-place.js';
import type { ProtectedMethods } from './interceptor.js';

const places: GrpcPlace[] = [];
afterEach(() => {
  for (const place of places.splice(0)) place.close();
});

async function seenOf(options: Omit<ProtectedMethods, 'scopes'>, scopes: string) {
  const reports = new Seen();
  const handlers = {
    Get: (_call: unknown, done: (...parts: unknown[]) => void) => done(null, Buffer.from('ok')),
  };
  const methods = { scopes: allNeed(scopes), ...options };
  const place = await GrpcPlace.open(handlers as never, methods, { reports });
  places.push(place);
  const metadata = place.metadata('Get');
  metadata.set('x-real-ip', '192.0.2.7');
  await place.get(metadata);
  return reports.last;
}

describe('where a gRPC call came from', () => {
  it('is the peer of its connection, and the client without its version', async () => {
    const seen = await seenOf({}, 'contacts:read');
    expect(seen).toMatchObject({ action: pathOf('Get'), refusal: undefined });
    const network = new Uint8Array(0);
    expect(seen?.origin).toEqual({ isSeen: true, network, client: 'grpc-node-js' });
  });

  it('is told of a refused call too, and behind a proxy by the proxy’s word', async () => {
    const hidden = await seenOf({ behindProxy: true }, 'contacts:export');
    expect(hidden).toMatchObject({ refusal: 'insufficient_scope', origin: { isSeen: false } });
    const said = await seenOf(
      { behindProxy: true, clientAddress: (metadata) => String(metadata.get('x-real-ip')[0]) },
      'contacts:export',
    );
    expect(said?.origin?.network).toEqual(Uint8Array.of(192, 0, 2));
  });
});
