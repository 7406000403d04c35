import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Thumbprint } from './jwk.js';
import {
  type ProofExpectation,
  proofFault,
  proofFutureSeconds,
  proofPastSeconds,
  proofTarget,
  proofWindowSeconds,
  type UnverifiedProof,
} from './proof.js';

const now = 1_764_000_000;
const proof = {
  id: 'proof-1',
  method: 'POST',
  target: 'https://broker.example/creance.v1.SessionService/IssueToken',
  issuedAt: now,
  tokenHash: 'hash',
  nonce: undefined,
  counter: undefined,
  contentDigest: 'sha-256=:x:',
} as UnverifiedProof;
const key = { expected: 'a' as Thumbprint, actual: 'a' as Thumbprint };
const expected: ProofExpectation = {
  method: 'POST',
  target: proof.target,
  nowSeconds: now,
  tokenHash: 'hash',
  contentDigest: 'sha-256=:x:',
  key,
};

describe('proofFault', () => {
  it('finds nothing wrong with a proof of the request that it came with', () => {
    expect(proofFault(proof, expected)).toBeUndefined();
  });

  it('names one fault after the other in a fixed order', () => {
    const faults: [Partial<UnverifiedProof>, Partial<ProofExpectation>, string][] = [
      [{}, { key: { ...key, actual: 'b' as Thumbprint } }, 'proof_wrong_key'],
      [{ method: 'GET' }, {}, 'proof_wrong_method'],
      [{ target: 'https://broker.example/other' }, {}, 'proof_wrong_target'],
      [{ issuedAt: now - 3_600 }, {}, 'proof_expired'],
      [{ tokenHash: 'other' }, {}, 'proof_wrong_token'],
      [{ contentDigest: 'sha-256=:y:' }, {}, 'proof_digest_mismatch'],
    ];
    for (let from = 0; from < faults.length; from += 1) {
      const left = faults.slice(from);
      const bad = Object.assign({ ...proof }, ...left.map(([change]) => change));
      const asked = Object.assign({ ...expected }, ...left.map(([, change]) => change));
      expect(proofFault(bad, asked)).toBe(left[0]?.[2]);
    }
  });

  // breaks when: the lower bound is `<` again: then a proof that came 5 s early and was forgotten after
  // its window could be used a second time
  it('takes a proof for no longer than it must be remembered', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999 }), fc.integer({ min: -80, max: 80 }), (millis, ahead) => {
        const issuedAt = now + ahead;
        const accepts = (atMillis: number) =>
          proofFault(
            { ...proof, issuedAt },
            { ...expected, nowSeconds: Math.floor(atMillis / 1_000) },
          ) === undefined;
        const firstUse = now * 1_000 + millis;
        fc.pre(accepts(firstUse));
        expect(accepts(firstUse + proofWindowSeconds * 1_000)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [proofFutureSeconds + 1, 'proof_from_future'],
    [proofFutureSeconds, undefined],
    [0, undefined],
    [1 - proofPastSeconds, undefined],
    [-proofPastSeconds, 'proof_expired'],
    [Number.MAX_SAFE_INTEGER - now, 'proof_from_future'],
    [-Number.MAX_SAFE_INTEGER + now, 'proof_expired'],
  ])('judges a proof that was made %i s from now', (seconds, fault) => {
    expect(proofFault({ ...proof, issuedAt: now + seconds }, expected)).toBe(fault);
  });

  it('refuses a proof without token hash or digest where one is asked', () => {
    expect(proofFault({ ...proof, tokenHash: undefined }, expected)).toBe('proof_wrong_token');
    expect(proofFault({ ...proof, contentDigest: undefined }, expected)).toBe(
      'proof_digest_mismatch',
    );
  });

  it('compares methods and digests to the letter', () => {
    expect(proofFault({ ...proof, method: 'post' }, expected)).toBe('proof_wrong_method');
    expect(proofFault({ ...proof, contentDigest: 'SHA-256=:x:' }, expected)).toBe(
      'proof_digest_mismatch',
    );
  });

  it('refuses a target that is none, even when none is expected', () => {
    for (const target of [
      '',
      '/relative',
      'ftp://broker.example/',
      'broker.example/a',
      'https://',
    ]) {
      expect(proofFault({ ...proof, target }, { ...expected, target: '' })).toBe(
        'proof_wrong_target',
      );
    }
  });
});

describe('proofTarget', () => {
  it.each([
    ['HTTPS://Broker.EXAMPLE/a', 'https://broker.example/a'],
    ['https://broker.example:443/a', 'https://broker.example/a'],
    ['http://broker.example:80/a', 'http://broker.example/a'],
    ['https://broker.example:8443/a', 'https://broker.example:8443/a'],
    ['https://broker.example', 'https://broker.example/'],
    ['https://broker.example/a?b=c', 'https://broker.example/a'],
    ['https://broker.example/a#b', 'https://broker.example/a'],
    ['https://broker.example/a/../b', 'https://broker.example/b'],
    ['https://[::1]:7420/a', 'https://[::1]:7420/a'],
    ['https://xn--bcher-kva.example/a', 'https://xn--bcher-kva.example/a'],
    ['https://bücher.example/a', 'https://xn--bcher-kva.example/a'],
  ])('brings %s into the form %s', (url, target) => {
    expect(proofTarget(url)).toBe(target);
  });

  it.each([
    ['https://broker.example/A', 'https://broker.example/a'],
    ['https://broker.example/a/', 'https://broker.example/a'],
    ['http://broker.example/a', 'https://broker.example/a'],
    ['https://broker.example:8443/a', 'https://broker.example/a'],
    ['https://broker.example.thief.example/a', 'https://broker.example/a'],
    ['https://broker.example/a%2Fb', 'https://broker.example/a/b'],
    ['https://broker.example./a', 'https://broker.example/a'],
  ])('keeps %s and %s apart', (one, other) => {
    expect(proofTarget(one)).not.toBe(proofTarget(other));
  });

  it.each([
    [''],
    ['/a'],
    ['broker.example/a'],
    ['//broker.example/a'],
    ['ftp://broker.example/a'],
    ['file:///a'],
    ['javascript:0'],
    ['https://thief@broker.example/a'],
    ['https://:secret@broker.example/a'],
    ['https://broker.example:99999/a'],
    ['https://[::1/a'],
  ])('refuses %j', (url) => {
    expect(proofTarget(url)).toBeUndefined();
  });

  it('is stable: a form is its own form', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        const target = proofTarget(url);
        expect(target && proofTarget(target)).toBe(target);
      }),
    );
  });
});
