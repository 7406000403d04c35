import { proofWindowSeconds, type Reason } from '@creance/proto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../doubles/fake-clock.js';
import { thumbprintOfName } from '../doubles/ids.js';
import { seededEntropy } from '../doubles/seeded-entropy.js';
import { newSigner, proofBy, signed } from '../doubles/signed.js';
import { type Nonces, openNonces } from './nonces.js';
import {
  contentDigest,
  openProofJudge,
  type PresentedProof,
  type ProofJudge,
} from './proof-judge.js';
import { openReplayMemory, type ReplayMemory } from './replay-memory.js';

const origin = 'https://broker.example:7420';
const path = '/creance.v1.SessionService/IssueToken';
const signer = newSigner();
const request = Buffer.from('request bytes');

let clock: FakeClock;
let nonces: Nonces;
let replays: ReplayMemory;
let judge: ProofJudge;

beforeEach(() => {
  clock = new FakeClock();
  nonces = openNonces(seededEntropy());
  replays = openReplayMemory(proofWindowSeconds);
  judge = openProofJudge({ publicOrigin: () => origin, clock, nonces, replays });
  clock.advance(3_600);
});

function proof(claims: object = {}, header: object = {}): string {
  return proofBy(signer, { htu: origin + path, iat: clock.seconds, ...claims }, header);
}

function presented(proofs: readonly string[], parts: Partial<PresentedProof> = {}): PresentedProof {
  const expectedKey = signer.keyId;
  return { proofs, path, digestOf: undefined, nonceAlways: false, expectedKey, ...parts };
}

function outcomeOf(text: string, parts: Partial<PresentedProof> = {}): Reason | 'proven' {
  const judged = judge.judge(presented([text], parts));
  return judged.ok ? 'proven' : judged.error.reason;
}

describe('a judge of proofs', () => {
  it('tells whose proof it is', () => {
    const judged = judge.judge(presented([proof({ ctr: 7 })]));
    const proven = { key: signer.keyId, jwk: signer.jwk, counter: 7 };
    expect(judged).toEqual({ ok: true, value: proven });
  });

  it('wants exactly one proof', () => {
    for (const proofs of [[], [proof(), proof()], [proof(), '']]) {
      expect(judge.judge(presented(proofs))).toMatchObject({ error: { reason: 'proof_missing' } });
    }
    expect(outcomeOf('')).toBe('proof_malformed');
    expect(outcomeOf(`${proof()},${proof()}`)).toBe('proof_malformed');
  });

  it.each([
    ['proof_malformed', { jti: 1 }],
    ['proof_wrong_method', { htm: 'GET' }],
    ['proof_wrong_target', { htu: `${origin}/creance.v1.SessionService/EndSession` }],
    ['proof_wrong_target', { htu: `http://broker.example:7420${path}` }],
    ['proof_wrong_target', { htu: `https://other.example:7420${path}` }],
    ['proof_expired', { iat: 1 }],
    ['proof_from_future', { iat: 4_000_000_000 }],
    ['nonce_required', { nonce: 'not ours' }],
  ] as const)('refuses with %s a proof that says %j', (reason, claims) => {
    expect(outcomeOf(proof(claims))).toBe(reason);
    expect(replays.size).toBe(0);
  });

  // breaks when: the signature is not checked, or checked with the expected key's thumbprint alone
  it('refuses a proof that its key has not signed', () => {
    const claims = { jti: 'a', htm: 'POST', htu: origin + path, iat: clock.seconds };
    const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: signer.jwk };
    expect(outcomeOf(signed(newSigner(), header, claims))).toBe('proof_signature_invalid');
    const [head, , mark] = proof().split('.');
    const payload = Buffer.from(JSON.stringify({ ...claims, jti: 'b' })).toString('base64url');
    expect(outcomeOf(`${head}.${payload}.${mark}`)).toBe('proof_signature_invalid');
    expect(replays.size).toBe(0);
  });

  it('refuses a genuine proof by another key, and remembers nothing of it', () => {
    const thief = newSigner();
    const text = proofBy(thief, { htu: origin + path, iat: clock.seconds });
    expect(outcomeOf(text)).toBe('proof_wrong_key');
    expect(outcomeOf(proof(), { expectedKey: thumbprintOfName('other') })).toBe('proof_wrong_key');
    expect(replays.size).toBe(0);
  });

  it('refuses a point off the curve', () => {
    const jwk = { ...signer.jwk, x: newSigner().jwk.x };
    const text = proof({}, { jwk });
    expect(outcomeOf(text, { expectedKey: undefined })).toBe('proof_signature_invalid');
  });

  it('refuses every call while it does not know its own origin', () => {
    const unset = openProofJudge({ publicOrigin: () => '', clock, nonces, replays });
    for (const htu of [path, origin + path]) {
      const text = proofBy(signer, { htu, iat: clock.seconds, nonce: judge.nonce() });
      expect(unset.judge(presented([text]))).toMatchObject({
        error: { reason: 'proof_wrong_target' },
      });
    }
  });
});

describe('the digest of a proof', () => {
  it('must cover the request where it is asked', () => {
    const covered = () => proof({ content_digest: contentDigest(request) });
    expect(outcomeOf(covered(), { digestOf: request })).toBe('proven');
    expect(outcomeOf(covered(), { digestOf: Buffer.from('other bytes') })).toBe(
      'proof_digest_mismatch',
    );
    expect(outcomeOf(proof(), { digestOf: request })).toBe('proof_digest_mismatch');
  });

  // breaks when: an empty request counts as one that needs no digest
  it('must cover an empty request too', () => {
    const digestOf = new Uint8Array(0);
    expect(outcomeOf(proof(), { digestOf })).toBe('proof_digest_mismatch');
    expect(outcomeOf(proof({ content_digest: contentDigest(digestOf) }), { digestOf })).toBe(
      'proven',
    );
  });

  it('is written as RFC 9530 writes it', () => {
    expect(contentDigest(Buffer.from('{"hello": "world"}'))).toBe(
      'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:',
    );
  });
});

describe('a replayed proof', () => {
  // breaks when: remember is not asked, or asked before the signature is checked
  it('is refused for as long as its time would let it pass', () => {
    const text = proof({ iat: clock.seconds + 5 });
    expect(outcomeOf(text)).toBe('proven');
    let waited = 0;
    for (; waited < 64.9; waited += 0.1) {
      expect(outcomeOf(text)).toBe('proof_replayed');
      clock.advance(0.1);
    }
    for (; waited < 90; waited += 0.1) {
      expect(outcomeOf(text)).not.toBe('proven');
      clock.advance(0.1);
    }
  });

  it('is refused at another method of the same broker', () => {
    const text = proof();
    expect(outcomeOf(text)).toBe('proven');
    expect(outcomeOf(text, { path: '/creance.v1.SessionService/EndSession' })).toBe(
      'proof_wrong_target',
    );
  });

  it('is refused when the memory is full, with the time to wait', () => {
    const small = openReplayMemory(proofWindowSeconds, { all: 1, perKey: 1 });
    judge = openProofJudge({ publicOrigin: () => origin, clock, nonces, replays: small });
    clock.advance(3_600);
    expect(outcomeOf(proof())).toBe('proven');
    expect(judge.judge(presented([proof()]))).toMatchObject({
      error: { reason: 'replay_memory_full', retryAfterMillis: 5_000 },
    });
  });

  // breaks when: proofs of keys that nobody knows are remembered: then anybody fills the memory
  it('costs no memory while nobody knows the key', () => {
    for (let stranger = 0; stranger < 20; stranger += 1) {
      const text = proofBy(newSigner(), { htu: origin + path, iat: clock.seconds });
      expect(outcomeOf(text, { expectedKey: undefined })).toBe('proven');
    }
    expect(replays.size).toBe(0);
  });
});

describe('the nonce of a proof', () => {
  it('is asked whatever the time where the call says so', () => {
    expect(outcomeOf(proof(), { nonceAlways: true })).toBe('nonce_required');
    expect(outcomeOf(proof({ nonce: judge.nonce() }), { nonceAlways: true })).toBe('proven');
  });

  // breaks when: a nonce that is given where none is needed is not looked at
  it('is refused when it is stale, even where none is needed', () => {
    const nonce = judge.nonce();
    expect(outcomeOf(proof({ nonce }))).toBe('proven');
    clock.advance(600);
    expect(outcomeOf(proof({ nonce }))).toBe('nonce_required');
    expect(outcomeOf(proof())).toBe('proven');
  });

  // breaks when: the time is counted by the wall, or for less than the window
  it('is asked for 65 s after the start, since an earlier process may have seen the proof', () => {
    judge = openProofJudge({ publicOrigin: () => origin, clock, nonces, replays });
    expect(outcomeOf(proof())).toBe('nonce_required');
    clock.stepWall(3_600);
    clock.advance(proofWindowSeconds - 0.001);
    expect(outcomeOf(proof())).toBe('nonce_required');
    expect(outcomeOf(proof({ nonce: judge.nonce() }))).toBe('proven');
    clock.advance(0.001);
    expect(outcomeOf(proof())).toBe('proven');
  });

  // breaks when: the judge does not ask memory-holes.ts any more
  it('is asked after the wall clock went back, until that time is over', () => {
    const used = proof();
    expect(outcomeOf(used)).toBe('proven');
    clock.advance(120);
    clock.stepWall(-61);
    for (let waited = 0; waited < 61 + proofWindowSeconds; waited += 1) {
      expect(outcomeOf(used)).not.toBe('proven');
      expect(outcomeOf(proof())).toBe('nonce_required');
      expect(outcomeOf(proof({ nonce: judge.nonce() }))).toBe('proven');
      clock.advance(1);
    }
    expect(outcomeOf(used)).toBe('proof_expired');
    expect(outcomeOf(proof())).toBe('proven');
  });

  // The thief has every proof that was used and the clock does what it likes. breaks when: the memory
  // keeps ids for the window alone, or stepBackMillisMax is longer than a bucket
  it('or the memory refuses every second use, whatever the clock does', () => {
    const seconds = fc.double({ min: 0, max: 40, noNaN: true });
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant(0) },
      fc.double({ min: -6, max: 6, noNaN: true }),
      fc.double({ min: -400, max: 400, noNaN: true }),
    );
    const move = fc.record({ seconds, step, ahead: fc.constantFrom(-4, 0, 5) });
    fc.assert(
      fc.property(fc.array(move, { minLength: 1, maxLength: 25 }), (moves) => {
        const memory = openReplayMemory(proofWindowSeconds);
        judge = openProofJudge({ publicOrigin: () => origin, clock, nonces, replays: memory });
        clock.advance(100);
        const used: string[] = [];
        for (const { seconds: passed, step: stepped, ahead } of moves) {
          clock.advance(passed);
          clock.stepWall(stepped);
          for (const text of used) expect(outcomeOf(text)).not.toBe('proven');
          const fresh = proof({ iat: clock.seconds + ahead });
          if (outcomeOf(fresh) === 'proven') used.push(fresh);
        }
      }),
      { numRuns: 150 },
    );
  });
});
