import { describe, expect, it } from 'vitest';
import { choosePrimitives } from './choose-primitives.js';

import { newEcKey } from './grpc/ec-key.js';
import type { Primitives } from './primitives.js';
import { cutEntry, newHandle } from './support/test-issuer.js';
import { openBench, outcome } from './support/test-verifier.js';

/** Primitives that count what they are asked. */
function counted() {
  const asked = { verify: 0, importKey: 0 };
  const real = choosePrimitives();
  const primitives: Primitives = {
    ...real,
    verify: (key, bytes, signature) => {
      asked.verify += 1;
      return real.verify(key, bytes, signature);
    },
    importKey: (jwk) => {
      asked.importKey += 1;
      return real.importKey(jwk);
    },
  };
  return { asked, primitives };
}

describe('a key that has signed well', () => {
  // breaks when: keys are imported, or tokens checked, on every use
  it('is imported once, the issuer’s and the holder’s, and a token is checked once', async () => {
    const { asked, primitives } = counted();
    const { issuer, send } = await openBench({}, { primitives });
    asked.verify = 0;
    asked.importKey = 0;
    const token = issuer.token();
    for (let at = 0; at < 3; at += 1) expect(outcome(await send({ token }))).toBe('ok');
    expect(asked).toEqual({ verify: 1 + 3, importKey: 2 });
    expect(outcome(await send({ token: issuer.token() }))).toBe('ok');
    expect(asked).toEqual({ verify: 4 + 2, importKey: 3 });
  });

  // breaks when: a proof’s key is taken for the holder’s by one coordinate
  it.each(['x', 'y'] as const)('is not the holder’s because it shares its %s', async (shared) => {
    const { issuer, send } = await openBench();
    const token = issuer.token();
    expect(outcome(await send({ token }))).toBe('ok');
    const stranger = newEcKey();
    const jwk = { ...stranger.jwk, [shared]: issuer.holder.jwk[shared] };
    const proof = issuer.proof(token, {}, { ...stranger, jwk });
    expect(outcome(await send({ token, proof }))).toMatch(/proof_wrong_key|proof_malformed/);
  });

  // breaks when: a key that has signed badly is kept as the holder’s
  it('is not kept when it has not', async () => {
    const { issuer, send } = await openBench();
    const token = issuer.token();
    const forged = `${issuer.proof(token).split('.').slice(0, 2).join('.')}.${'A'.repeat(86)}`;
    for (let at = 0; at < 2; at += 1)
      expect(outcome(await send({ token, proof: forged }))).toBe('proof_signature_invalid');
    expect(outcome(await send({ token }))).toBe('ok');
    expect(outcome(await send({ token, proof: forged }))).toBe('proof_signature_invalid');
  });
});

describe('a proof for this verifier', () => {
  it('is none when the path does not begin with a slash', async () => {
    const { issuer, verifier } = await openBench();
    const token = issuer.token();
    const target = `${issuer.audience}.evil.example/contacts`;
    const call = {
      method: 'GET',
      url: target,
      headers: { authorization: `DPoP ${token}`, dpop: issuer.proof(token, { htu: target }) },
    };
    const verified = await verifier.verify(new Request(call.url, { headers: call.headers }), {
      scopes: ['contacts:read'],
    });
    expect(outcome(verified)).toBe('proof_wrong_target');
  });

  // breaks when: any nonce at all is taken where one is needed
  it('needs this process’s nonce where one is asked for, and no other', async () => {
    const { issuer, send } = await openBench({ nonce: 'always' });
    const token = issuer.token();
    const refused = await send({ token });
    expect(outcome(refused)).toBe('nonce_required');
    const proof = issuer.proof(token, { nonce: 'a-nonce-of-another-process' });
    expect(outcome(await send({ token, proof }))).toBe('nonce_required');
    const nonce = refused.ok ? undefined : refused.failure.headers['dpop-nonce'];
    expect(outcome(await send({ token, proof: issuer.proof(token, { nonce }) }))).toBe('ok');
  });
});

describe('the memory of proofs', () => {
  const limits = { proofsRememberedPerWorkloadMax: 2 };

  it('says that it is full, and what is in it stays refused', async () => {
    const { issuer, send } = await openBench({ limits });
    const token = issuer.token();
    const [first, second] = [issuer.proof(token), issuer.proof(token)];
    expect(outcome(await send({ token, proof: first }))).toBe('ok');
    expect(outcome(await send({ token, proof: second }))).toBe('ok');
    expect(outcome(await send({ token }))).toBe('replay_memory_full');
    expect(outcome(await send({ token, proof: first }))).toBe('proof_replayed');
  });

  // breaks when: proofs are counted for the first workload of the chain, or for all sessions as one
  it('counts for the workload that acts, and for the session where a token names none', async () => {
    const { issuer, send } = await openBench({ limits });
    const { lineage } = issuer.claims();
    const acting = (...workloads: ReturnType<typeof newHandle>[]) =>
      issuer.token({ lineage: { ...lineage, workloads } });
    const root = newHandle();
    const [one, other] = [acting(root, newHandle()), acting(root, newHandle())];
    for (const token of [one, one, other, other]) expect(outcome(await send({ token }))).toBe('ok');
    expect(outcome(await send({ token: one }))).toBe('replay_memory_full');
    const nameless = acting();
    for (const expected of ['ok', 'ok', 'replay_memory_full'])
      expect(outcome(await send({ token: nameless }))).toBe(expected);
  });
});

describe('a token that is not for here', () => {
  // breaks when: it is reported as one of ours, with what it says
  it.each([
    ['token_wrong_audience', { audience: 'https://mail.example' }],
    ['token_wrong_issuer', { issuer: 'https://other.example' }],
  ])('is refused as %s', async (reason, changes) => {
    const { issuer, send } = await openBench();
    expect(outcome(await send({ token: issuer.token(changes) }))).toBe(reason);
  });
});

describe('tokens in use', () => {
  it('end by the cut of one handle each, whoever shares another', async () => {
    const { feed, issuer, send } = await openBench();
    const { lineage } = issuer.claims();
    const [own, others] = [newHandle(), newHandle()];
    const identities = [];
    for (const owner of [own, others]) {
      const token = issuer.token({ lineage: { ...lineage, owners: [owner] } });
      const verified = await send({ token });
      if (!verified.ok) throw new Error(verified.failure.reason);
      identities.push(verified.identity);
    }
    const signals = identities.map(({ signal }) => signal);
    await feed.receive(issuer.delta([cutEntry(own)]));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    await feed.receive(issuer.delta([cutEntry(issuer.workload)]));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('end by a floor that rises above them', async () => {
    const { feed, issuer, send } = await openBench();
    const verified = await send();
    if (!verified.ok) throw new Error(verified.failure.reason);
    const { signal } = verified.identity;
    const issuedAt = issuer.head;
    await feed.receive(issuer.delta([cutEntry(newHandle())], { floorRevision: BigInt(issuedAt) }));
    expect(signal.aborted).toBe(false);
    await feed.receive(issuer.heartbeat({ floorRevision: BigInt(issuedAt + 1) }));
    expect(signal.aborted).toBe(true);
  });
});
