import { afterEach, describe, expect, it } from 'vitest';
import { Seen } from '../support/seen.js';
import { newHandle } from '../support/test-issuer.js';
import { GrpcPlace } from './fake-place.js';

const places: GrpcPlace[] = [];
afterEach(() => {
  for (const place of places.splice(0)) place.close();
});

describe('the id of an action in gRPC metadata', () => {
  it('is told when there is one, and none of two', async () => {
    const reports = new Seen();
    const handlers = {
      Get: (_call: unknown, done: (...parts: unknown[]) => void) => done(null, Buffer.from('ok')),
    };
    const place = await GrpcPlace.open(handlers as never, undefined, { reports });
    places.push(place);
    const id = newHandle();
    const metadata = place.metadata('Get');
    metadata.set('creance-action', id);
    expect(await place.get(metadata)).toBe('ok');
    expect(reports.last?.actionId).toBe(id);
    const twice = place.metadata('Get');
    twice.add('creance-action', newHandle());
    twice.add('creance-action', newHandle());
    expect(await place.get(twice)).toBe('ok');
    expect(reports.last?.actionId).toBeUndefined();
  });
});
