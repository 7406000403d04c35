import { describe, expect, it } from 'vitest';
import { newEcKey } from './grpc/ec-key.js';
import { callOfNode } from './node-call.js';
import { Seen } from './support/seen.js';
import { newHandle } from './support/test-issuer.js';
import { type Bench, openBench, outcome } from './support/test-verifier.js';

interface Watched extends Bench {
  readonly seen: Seen;
}

async function watched(): Promise<Watched> {
  const seen = new Seen();
  return { seen, ...(await openBench({ reports: seen })) };
}

/** Sends a request with these ids, each in a header of its own. */
async function use(
  { issuer, verifier }: Bench,
  ids: readonly string[],
  parts: { token?: string; proof?: string; scopes?: string[] } = {},
): Promise<string> {
  const token = parts.token ?? issuer.token();
  const proof = parts.proof ?? issuer.proof(token);
  const headers = new Headers({ authorization: `DPoP ${token}`, dpop: proof });
  for (const id of ids) headers.append('creance-action', id);
  const request = new Request(`${issuer.audience}/contacts`, { headers });
  const { scopes = ['contacts:read'] } = parts;
  return outcome(await verifier.verify(request, { scopes }));
}

describe('the id that an agent gives an action', () => {
  it('is told of what was allowed, and of what its own key may not', async () => {
    const bench = await watched();
    const id = newHandle();
    expect(await use(bench, [id])).toBe('ok');
    expect(bench.seen.last?.actionId).toBe(id);
    expect(await use(bench, [id], { scopes: ['contacts:export'] })).toBe('insufficient_scope');
    expect(bench.seen.last?.actionId).toBe(id);
  });

  // breaks when: the id is told whether or not the proof is good
  it('is told of nobody who lacks the key', async () => {
    const bench = await watched();
    const token = bench.issuer.token();
    const thefts = [
      bench.issuer.proof(token, {}, newEcKey()),
      bench.issuer.proof(bench.issuer.token()),
      'junk',
    ];
    for (const proof of thefts) {
      expect(await use(bench, [newHandle()], { token, proof })).not.toBe('ok');
      await expect.poll(() => bench.seen.sightings.length).toBe(thefts.indexOf(proof) + 1);
      expect(bench.seen.last?.actionId).toBeUndefined();
    }
    const elsewhere = bench.issuer.token({ audience: 'https://mail.example' });
    await use(bench, [newHandle()], { token: elsewhere });
    expect(bench.seen.last?.actionId).toBeUndefined();
  });

  // breaks when: anything but `parseHandle` reads it
  it.each<[string, () => string[]]>([
    ['none', () => []],
    ['two, even the same one', () => Array<string>(2).fill(newHandle())],
    ['one in two forms', () => [`${newHandle()}, ${newHandle()}`]],
    ['one too short', () => [newHandle().slice(1)]],
    ['one too long', () => [`${newHandle()}A`]],
    ['one of 6 KB', () => ['A'.repeat(6_000)]],
    ['one that is not canonical', () => [`${'A'.repeat(21)}B`]],
    ['one padded', () => [`${newHandle().slice(0, 20)}==`]],
    ['one of another alphabet', () => [`${'A'.repeat(20)}+/`]],
    ['an empty one', () => ['']],
  ])('is none when there is %s', async (_name, ids) => {
    const bench = await watched();
    expect(await use(bench, ids())).toBe('ok');
    expect(bench.seen.last?.actionId).toBeUndefined();
  });

  it('decides nothing, and is told to nobody who asks', async () => {
    const bench = await watched();
    const id = newHandle();
    expect(await use(bench, [id])).toBe('ok');
    expect(await use(bench, [id])).toBe('ok');
    expect(bench.seen.sightings.map(({ actionId }) => actionId)).toEqual([id, id]);
  });
});

describe('a request of node:http', () => {
  const rawHeaders = (...ids: string[]) => ids.flatMap((id) => ['Creance-Action', id]);

  // breaks when: the joined headers of Node are read, of which it keeps the first
  it('shows one id, and no id of two', () => {
    expect(callOfNode({ rawHeaders: rawHeaders('a') }).actionId).toBe('a');
    expect(callOfNode({ rawHeaders: rawHeaders('a', 'b') }).actionId).toBe('a, b');
    expect(callOfNode({ rawHeaders: [] }).actionId).toBeNull();
  });
});
