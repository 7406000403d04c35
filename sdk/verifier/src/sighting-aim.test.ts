import { describe, expect, it } from 'vitest';
import { newEcKey } from './grpc/ec-key.js';
import { Seen } from './support/seen.js';
import { openBench } from './support/test-verifier.js';
import type { VerifyOptions } from './verifier.js';

const ann = { kind: 'email', value: 'ann@example.com' } as const;
const aim = { destinations: [ann], origin: { address: '192.0.2.7', client: 'undici/7' } };
const folded = { isSeen: true, network: Uint8Array.of(192, 0, 2), client: 'undici' };

async function verified(options: Partial<VerifyOptions>, key?: ReturnType<typeof newEcKey>) {
  const seen = new Seen();
  const { issuer, verifier } = await openBench({ reports: seen });
  const token = issuer.token();
  const proof = issuer.proof(token, {}, key);
  const headers = { authorization: `DPoP ${token}`, dpop: proof };
  const request = new Request(`${issuer.audience}/contacts`, { headers });
  const { ok } = await verifier.verify(request, { scopes: ['contacts:read'], ...options });
  await expect.poll(() => seen.sightings.length).toBe(1);
  return { ok, ...seen.last };
}

describe('what a verifier is told of a request', () => {
  it('goes to the witness, folded or to be hashed', async () => {
    const told = await verified(aim);
    expect(told).toMatchObject({ ok: true, destinations: { named: [ann], unread: 0 } });
    expect(told.origin).toEqual(folded);
  });

  // breaks when: the origin is told of allowed requests alone
  it('is told of a refused request too: that is what shows a thief', async () => {
    const thief = await verified(aim, newEcKey());
    expect(thief).toMatchObject({ ok: false, refusal: 'proof_wrong_key', origin: folded });
    expect(thief.foreignProof).toBeDefined();
    const narrow = await verified({ ...aim, scopes: ['contacts:export'] });
    expect(narrow).toMatchObject({ ok: false, refusal: 'insufficient_scope', origin: folded });
  });

  it('is nothing when nothing was said', async () => {
    const told = await verified({});
    expect([told.destinations, told.origin]).toEqual([undefined, undefined]);
  });

  it('is taken as it is then: what changes later changes nothing', async () => {
    const destinations = [ann];
    const told = await verified({ destinations });
    destinations.length = 0;
    expect(told.destinations?.named).toEqual([ann]);
  });
});
