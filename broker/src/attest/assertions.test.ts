import { proofWindowSeconds, type Reason } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../doubles/fake-clock.js';
import { seededEntropy } from '../doubles/seeded-entropy.js';
import { assertionBy, newSigner } from '../doubles/signed.js';
import { openNonces } from '../tokens/nonces.js';
import { openReplayMemory } from '../tokens/replay-memory.js';
import { type AssertionParts, checkAssertion, useOnce } from './assertions.js';

const evidence = newSigner();
const session = newSigner();
let clock: FakeClock;
let parts: AssertionParts;

beforeEach(() => {
  clock = new FakeClock();
  parts = {
    issuer: 'https://creance.example.internal',
    clock,
    nonces: openNonces(seededEntropy()),
    replays: openReplayMemory(proofWindowSeconds),
  };
});

function assertion(claims: object = {}, header: object = {}): string {
  const nonce = parts.nonces.current(clock.monotonicMillis());
  const ask = { sessionKey: session.keyId, nowSeconds: clock.seconds, nonce };
  return assertionBy(evidence, ask, claims, header);
}

function outcomeOf(text: string): Reason | 'genuine' {
  const presentation = { sessionKey: session.keyId, address: '192.0.2.1', now: clock.now() };
  const checked = checkAssertion(text, presentation, parts);
  return checked.ok ? 'genuine' : checked.error.reason;
}

/** What checking and using it together give. */
function usedOutcomeOf(text: string): Reason | 'used' {
  const presentation = { sessionKey: session.keyId, address: '192.0.2.1', now: clock.now() };
  const checked = checkAssertion(text, presentation, parts);
  if (!checked.ok) return checked.error.reason;
  const used = useOnce(checked.value, parts);
  return used.ok ? 'used' : used.error.reason;
}

describe('checkAssertion', () => {
  it('tells the evidence key and what it vouches for', () => {
    const presentation = { sessionKey: session.keyId, address: '', now: clock.now() };
    const jth = 'A'.repeat(43);
    expect(checkAssertion(assertion({ jti: 'a', jth }), presentation, parts)).toEqual({
      ok: true,
      value: { evidenceKey: evidence.keyId, joinTokenHash: jth, id: 'a' },
    });
  });

  it.each([
    ['evidence_malformed', { jti: 1 }],
    ['evidence_malformed', { aud: ['https://creance.example.internal'] }],
    ['evidence_wrong_audience', { aud: 'https://other.example' }],
    ['evidence_wrong_audience', { aud: 'https://creance.example.internal/' }],
    ['evidence_wrong_session_key', { cnf: { jkt: 'A'.repeat(43) } }],
    ['nonce_required', { nonce: 'not ours' }],
  ] as const)('refuses with %s an assertion that says %j', (reason, claims) => {
    expect(outcomeOf(assertion(claims))).toBe(reason);
  });

  it.each([
    [-60, 0, 'genuine'],
    [0, 60, 'genuine'],
    [5, 65, 'genuine'],
    [6, 66, 'evidence_expired'],
    [-64, -4, 'genuine'],
    [-65, -5, 'evidence_expired'],
    [-30, -5, 'evidence_expired'],
    [0, 61, 'evidence_expired'],
    [0, 0, 'evidence_expired'],
    [10, 5, 'evidence_expired'],
    [0, 86_400, 'evidence_expired'],
  ])('judges an assertion made %i s from now that ends %i s from now: %s', (iat, exp, outcome) => {
    const claims = { iat: clock.seconds + iat, exp: clock.seconds + exp };
    expect(outcomeOf(assertion(claims))).toBe(outcome);
  });

  // breaks when: the nonce of an assertion is not looked at
  it('refuses an assertion whose nonce is stale, however the wall clock stands', () => {
    const text = assertion();
    clock.advance(70);
    clock.stepWall(-70);
    expect(outcomeOf(text)).toBe('nonce_required');
  });

  // breaks when: the signature is not checked: then anybody is whom a public key names
  it('refuses an assertion that its key has not signed', () => {
    const forged = assertion({}, { jwk: newSigner().jwk });
    expect(outcomeOf(forged)).toBe('evidence_signature_invalid');
    const [head, , mark] = assertion().split('.');
    const [, payload] = assertion({ jti: 'other' }).split('.');
    expect(outcomeOf(`${head}.${payload}.${mark}`)).toBe('evidence_signature_invalid');
    const offCurve = { ...evidence.jwk, x: newSigner().jwk.x };
    expect(outcomeOf(assertion({}, { jwk: offCurve }))).toBe('evidence_signature_invalid');
  });

  it('fills no memory, whatever comes', () => {
    outcomeOf(assertion());
    outcomeOf(assertion({ nonce: 'not ours' }));
    expect(parts.replays.size).toBe(0);
  });
});

describe('useOnce', () => {
  // breaks when: a nonce is fresh for longer than ids are remembered
  it('lets an assertion be used once, for as long as it could be presented', () => {
    for (const iat of [-55, 0, 5]) {
      const text = assertion({ iat: clock.seconds + iat, exp: clock.seconds + iat + 60 });
      expect(usedOutcomeOf(text)).toBe('used');
      for (let waited = 0; waited < 150; waited += 0.5) {
        expect(usedOutcomeOf(text)).not.toBe('used');
        clock.advance(0.5);
      }
    }
  });

  it('keeps the assertions of two keys apart, and assertions from proofs', () => {
    const other = newSigner();
    const nonce = parts.nonces.current(clock.monotonicMillis());
    const ask = { sessionKey: session.keyId, nowSeconds: clock.seconds, nonce };
    parts.replays.remember('proof', evidence.keyId, 'a', clock.monotonicMillis());
    expect(usedOutcomeOf(assertion({ jti: 'a' }))).toBe('used');
    expect(usedOutcomeOf(assertionBy(other, ask, { jti: 'a' }))).toBe('used');
    expect(usedOutcomeOf(assertion({ jti: 'a' }))).toBe('evidence_replayed');
  });

  it('refuses when the memory is full', () => {
    parts = { ...parts, replays: openReplayMemory(proofWindowSeconds, { all: 0, perKey: 0 }) };
    expect(usedOutcomeOf(assertion())).toBe('replay_memory_full');
  });
});
