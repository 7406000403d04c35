import { afterEach, describe, expect, it, vi } from 'vitest';
import { DoubleEdges, drained } from './double-edge.js';

const check = '/grpc.health.v1.Health/Check';
const watch = '/grpc.health.v1.Health/Watch';

/** A HealthCheckRequest, its one field by hand. */
const request = (service: string) =>
  Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)]);

const { start, stop } = new DoubleEdges();
afterEach(stop);

describe('Health', () => {
  it.each(['', 'creance.v1.SessionService', 'grpc.health.v1.Health'])(
    'says to anyone that "%s" is served',
    async (service) => {
      const { client } = await start();
      expect((await client.call(check, request(service))).reply).toEqual(Buffer.from([8, 1]));
    },
  );

  it('knows no other service', async () => {
    const { client } = await start();
    expect((await client.call(check, request('creance.v1'))).code).toBe(5);
    const stream = client.stream(watch, request('creance.v1'));
    stream.on('error', () => {});
    const said = await new Promise((seen) => stream.once('data', seen));
    expect(said).toEqual(Buffer.from([8, 3]));
    stream.cancel();
  });

  it('passes over fields that it does not know and refuses what is malformed', async () => {
    const { client } = await start();
    const more = Buffer.concat([request(''), Buffer.from([0x10, 7])]);
    expect((await client.call(check, more)).reason).toBe('ok');
    for (const bytes of [[0x0a, 9, 65], [0x0a, 2, 0xc3, 0x28], [0], [0x0b, 0x0b]]) {
      const ended = await client.call(check, Buffer.from(bytes));
      expect(ended).toMatchObject({ code: 3, reason: 'request_malformed' });
    }
  });

  it('tells whoever watches that the broker stops', async () => {
    const { client, edge } = await start();
    const stream = client.stream(watch, request(''));
    const ended = drained(stream);
    await new Promise((seen) => stream.once('data', seen));
    await edge.drain();
    expect(await ended).toMatchObject({
      said: ['\b\x01', '\b\x02'],
      ended: { reason: 'shutting_down' },
    });
  });

  it('bounds the watches, and gives the place back', async () => {
    const { client, hits } = await start({ limits: { healthWatches: 1 } });
    const one = client.stream(watch, request(''));
    one.on('error', () => {});
    await new Promise((seen) => one.once('data', seen));
    expect((await drained(client.stream(watch, request('')))).ended.reason).toBe(
      'connection_limit',
    );
    expect(hits).toEqual(['healthWatches']);
    one.cancel();
    await vi.waitFor(async () => {
      const next = client.stream(watch, request(''));
      const seen = await new Promise((resolve) => {
        next.once('data', resolve);
        next.once('error', resolve);
      });
      next.cancel();
      expect(seen).toBeInstanceOf(Buffer);
    });
  });
});
