import { createHash } from 'node:crypto';
import { parseProof, type UnverifiedProof } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../doubles/fake-clock.js';
import { SigningKey } from '../keys/signing-key.js';
import { systemEntropy } from '../runtime/entropy.js';
import { Nonces } from './nonces.js';
import { ProofMaker } from './proof-maker.js';

const target = 'https://crm.example.internal/contacts';
const origin = 'https://crm.example.internal';

function setUp() {
  const clock = new FakeClock();
  const nonces = new Nonces();
  const key = SigningKey.generate();
  const maker = new ProofMaker(key, { clock, entropy: systemEntropy, nonces });
  const make = (parts: object = {}) =>
    read(maker.make({ method: 'GET', target, origin, ...parts }));
  return { clock, nonces, key, make };
}

function read(text: string): UnverifiedProof {
  const parsed = parseProof(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

describe('ProofMaker', () => {
  it('says what the request is, by the session key', () => {
    const { make, key, clock } = setUp();
    const proof = make();
    expect(proof.jwk).toEqual(key.publicJwk);
    expect(proof).toMatchObject({ method: 'GET', target, issuedAt: clock.now() / 1_000 });
    expect(proof).toMatchObject({
      nonce: undefined,
      tokenHash: undefined,
      contentDigest: undefined,
    });
  });

  it('binds the token and the content when they come along', () => {
    const { make } = setUp();
    const proof = make({ token: 'a.b.c', content: Buffer.from('body') });
    const hash = (text: string) => createHash('sha256').update(text);
    expect(proof.tokenHash).toBe(hash('a.b.c').digest('base64url'));
    expect(proof.contentDigest).toBe(`sha-256=:${hash('body').digest('base64')}:`);
  });

  it('repeats the newest nonce of the origin it is for, and of no other', () => {
    const { make, nonces } = setUp();
    nonces.remember(origin, 'nonce-1');
    expect(make().nonce).toBe('nonce-1');
    expect(make({ origin: 'https://other.example' }).nonce).toBeUndefined();
  });

  it('counts every proof from 1 and never names one twice', () => {
    const { make } = setUp();
    const proofs = Array.from({ length: 100 }, () => make());
    expect(proofs.map(({ counter }) => counter)).toEqual(proofs.map((_, i) => i + 1));
    expect(new Set(proofs.map(({ id }) => id)).size).toBe(100);
  });

  // breaks when: `iat` is the clock alone
  it('never goes back in time when the clock does', () => {
    const { make, clock } = setUp();
    const first = make().issuedAt;
    clock.stepWall(-3_600_000);
    const back = make();
    expect(back.issuedAt).toBe(first);
    expect(back.counter).toBe(2);
    clock.stepWall(3_600_000 + 2_000);
    expect(make().issuedAt).toBe(first + 2);
  });
});
