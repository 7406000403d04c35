import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newEcKey } from './grpc/ec-key.js';
import { Seen } from './support/seen.js';
import { cutEntry, type TestIssuer } from './support/test-issuer.js';
import { type Bench, openBench, outcome } from './support/test-verifier.js';
import type { VerifyOptions } from './verifier.js';
import { webPrimitives } from './web-primitives.js';

interface Watched extends Bench {
  readonly seen: Seen;
}

async function watched(...rest: Parameters<typeof openBench>): Promise<Watched> {
  const seen = new Seen();
  const [options, ...others] = rest;
  return { seen, ...(await openBench({ ...options, reports: seen }, ...others)) };
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url');

function callWith({ issuer }: Bench, token: string, proof: string) {
  const headers = { authorization: `DPoP ${token}`, dpop: proof };
  return new Request(`${issuer.audience}/contacts/4711?q=secret`, { headers });
}

describe('what a witness is told', () => {
  it('of an allowed action: its session and its proof', async () => {
    const { issuer, seen, send } = await watched();
    const token = issuer.token();
    const proof = issuer.proof(token, { ctr: 7 });
    await send({ token, proof });
    expect(seen.sightings).toEqual([
      {
        action: 'GET',
        refusal: undefined,
        sessionId: issuer.session,
        tokenHash: undefined,
        proof: expect.objectContaining({ text: proof, counter: 7, issuedAt: expect.any(Number) }),
        foreignProof: undefined,
      },
    ]);
    expect(seen.asked).toBe(0);
  });

  // breaks when: the default names the action by call.pathname.
  it('by the method alone, never by a path that may hold arguments', async () => {
    const bench = await watched();
    const ask = async (options: Partial<VerifyOptions>) => {
      const token = bench.issuer.token();
      const htu = `${bench.issuer.audience}/contacts/4711`;
      const request = callWith(bench, token, bench.issuer.proof(token, { htu }));
      await bench.verifier.verify(request, { scopes: ['contacts:read'], ...options });
      return bench.seen.last?.action;
    };
    expect(await ask({})).toBe('GET');
    expect(await ask({ action: 'GET /contacts/:id' })).toBe('GET /contacts/:id');
    expect(JSON.stringify(bench.seen.sightings)).not.toMatch(/4711|secret/);
  });

  it.each(['node', 'web'])('of a theft by another key: token and proof (%s)', async (kind) => {
    const primitives = kind === 'web' ? webPrimitives() : undefined;
    const { issuer, seen, send } = await watched({}, { primitives });
    const token = issuer.token();
    const proof = issuer.proof(token, {}, newEcKey());
    expect(outcome(await send({ token, proof }))).toBe('proof_wrong_key');
    await expect
      .poll(() => seen.last)
      .toMatchObject({
        refusal: 'proof_wrong_key',
        sessionId: issuer.session,
        proof: undefined,
        foreignProof: { token, proof, tokenHash: hashOf(token) },
      });
  });

  // breaks when: isForeignProofSigned gives true without asking the key.
  it('of a forged proof by another key: no token', async () => {
    const { issuer, seen, send } = await watched();
    const token = issuer.token();
    const proof = issuer.proof(token, {}, newEcKey());
    const other = issuer.proof(token, {}, newEcKey());
    const forged = `${proof.slice(0, proof.lastIndexOf('.'))}${other.slice(other.lastIndexOf('.'))}`;
    expect(outcome(await send({ token, proof: forged }))).toBe('proof_wrong_key');
    await expect.poll(() => seen.last?.refusal).toBe('proof_wrong_key');
    expect(seen.last?.foreignProof).toBeUndefined();
  });

  // breaks when: genuineProof calls a proof foreign whatever token it is for.
  it('of a proof that is by another key and for another token: no token', async () => {
    const { issuer, seen, send } = await watched();
    const proof = issuer.proof(issuer.token(), {}, newEcKey());
    expect(outcome(await send({ token: issuer.token(), proof }))).toBe('proof_wrong_key');
    expect(seen.last).toMatchObject({ sessionId: issuer.session, foreignProof: undefined });
    expect(seen.asked).toBe(0);
  });

  it('of a theft that it does not want to hear of again: no token, and no signature is checked', async () => {
    const { issuer, seen, send } = await watched();
    seen.wants = false;
    const token = issuer.token();
    await send({ token, proof: issuer.proof(token, {}, newEcKey()) });
    expect(seen.last).toMatchObject({ refusal: 'proof_wrong_key', foreignProof: undefined });
  });

  // breaks when: isOurs is not taken from the audience.
  it('of a token made out to another resource: its hash and nothing else, also of a theft', async () => {
    const { issuer, seen, send } = await watched();
    const token = issuer.token({ audience: 'https://mail.example' });
    for (const proof of [issuer.proof(token), issuer.proof(token, {}, newEcKey())]) {
      expect(outcome(await send({ token, proof }))).toBe('token_wrong_audience');
      expect(seen.last).toEqual({
        action: 'GET',
        refusal: 'token_wrong_audience',
        sessionId: undefined,
        tokenHash: hashOf(token),
        proof: undefined,
        foreignProof: undefined,
      });
    }
    expect(JSON.stringify(seen.sightings)).not.toContain(token);
  });

  it.each<[string, (bench: Watched) => { token: string; proof?: string }]>([
    ['token_signature_invalid', ({ issuer }) => ({ token: forgedToken(issuer) })],
    ['token_malformed', () => ({ token: 'junk' })],
    ['token_key_unknown', ({ issuer }) => ({ token: issuer.token({}, newEcKey()) })],
  ])('of a token that is refused for %s: nothing', async (reason, made) => {
    const bench = await watched();
    const parts = { proof: bench.issuer.proof(bench.issuer.token()), ...made(bench) };
    expect(outcome(await bench.send(parts))).toBe(reason);
    expect(bench.seen.last).toEqual({
      action: 'GET',
      refusal: reason,
      sessionId: undefined,
      tokenHash: undefined,
      proof: undefined,
      foreignProof: undefined,
    });
  });

  it('of a replay, a cut and a missing scope: the session, and its genuine proof', async () => {
    const { feed, issuer, seen, send } = await watched();
    const token = issuer.token();
    const proof = issuer.proof(token);
    await send({ token, proof });
    await send({ token, proof });
    expect(seen.last).toMatchObject({ refusal: 'proof_replayed', proof: { text: proof } });
    await send({ token, scopes: ['contacts:export'] });
    expect(seen.last?.refusal).toBe('insufficient_scope');
    await feed.receive(issuer.delta([cutEntry(issuer.session)]));
    await send({ token });
    expect(seen.last).toMatchObject({ refusal: 'token_cut', sessionId: issuer.session });
    expect(seen.last?.proof).toBeDefined();
  });

  it('of a late proof, whose signature nobody has checked: the session alone', async () => {
    const { clock, issuer, seen, send } = await watched();
    const token = issuer.token();
    const iat = Math.floor(clock.now() / 1_000) - 60;
    expect(outcome(await send({ token, proof: issuer.proof(token, { iat }) }))).toBe(
      'proof_expired',
    );
    expect(seen.last).toMatchObject({ sessionId: issuer.session, proof: undefined });
  });
});

it('verifies as before when the witness has a fault', async () => {
  const reports = {
    note() {
      throw new Error('a broken witness');
    },
    wantsForeignProof: () => true,
  };
  const { issuer, send } = await openBench({ reports });
  expect(outcome(await send())).toBe('ok');
  const token = issuer.token();
  const proof = issuer.proof(token, {}, newEcKey());
  expect(outcome(await send({ token, proof }))).toBe('proof_wrong_key');
});

function forgedToken(issuer: TestIssuer): string {
  const [one, other] = [issuer.token(), issuer.token()];
  return `${one.slice(0, one.lastIndexOf('.'))}${other.slice(other.lastIndexOf('.'))}`;
}
