import { beforeEach, describe, expect, it } from 'vitest';
import { thumbprintOfName } from '../doubles/ids.js';
import { JudgeStand, judgedOrigin, judgedPath } from '../doubles/judge-stand.js';
import { newSigner, proofBy, signed } from '../doubles/signed.js';
import { contentDigest, type PresentedProof } from './proof-judge.js';

const request = Buffer.from('request bytes');
let stand: JudgeStand;
const proof = (claims: object = {}, header: object = {}) => stand.proof(claims, header);
const outcomeOf = (text: string, parts: Partial<PresentedProof> = {}) =>
  stand.outcomeOf(text, parts);

beforeEach(() => {
  stand = new JudgeStand();
});

describe('a judge of proofs', () => {
  it('tells whose proof it is', () => {
    const judged = stand.judge.judge(stand.presented([proof({ ctr: 7 })]));
    const { keyId: key, jwk } = stand.signer;
    const proven = { key, jwk, counter: 7, issuedAt: stand.clock.seconds };
    expect(judged).toEqual({ ok: true, value: proven });
  });

  it('wants exactly one proof', () => {
    for (const proofs of [[], [proof(), proof()], [proof(), '']]) {
      expect(stand.judge.judge(stand.presented(proofs))).toMatchObject({
        error: { reason: 'proof_missing' },
      });
    }
    expect(outcomeOf('')).toBe('proof_malformed');
    expect(outcomeOf(`${proof()},${proof()}`)).toBe('proof_malformed');
  });

  it.each([
    ['proof_malformed', { jti: 1 }],
    ['proof_wrong_method', { htm: 'GET' }],
    ['proof_wrong_target', { htu: `${judgedOrigin}/creance.v1.SessionService/EndSession` }],
    ['proof_wrong_target', { htu: `http://broker.example:7420${judgedPath}` }],
    ['proof_wrong_target', { htu: `https://other.example:7420${judgedPath}` }],
    ['proof_expired', { iat: 1 }],
    ['proof_from_future', { iat: 4_000_000_000 }],
    ['nonce_required', { nonce: 'not ours' }],
  ] as const)('refuses with %s a proof that says %j', (reason, claims) => {
    expect(outcomeOf(proof(claims))).toBe(reason);
    expect(stand.replays.size).toBe(0);
  });

  // breaks when: the signature is not checked, or checked with the expected key's thumbprint alone
  it('refuses a proof that its key has not signed', () => {
    const claims = {
      jti: 'a',
      htm: 'POST',
      htu: judgedOrigin + judgedPath,
      iat: stand.clock.seconds,
    };
    const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: stand.signer.jwk };
    expect(outcomeOf(signed(newSigner(), header, claims))).toBe('proof_signature_invalid');
    const [head, , mark] = proof().split('.');
    const payload = Buffer.from(JSON.stringify({ ...claims, jti: 'b' })).toString('base64url');
    expect(outcomeOf(`${head}.${payload}.${mark}`)).toBe('proof_signature_invalid');
    expect(stand.replays.size).toBe(0);
  });

  it('refuses a genuine proof by another key, and remembers nothing of it', () => {
    const thief = newSigner();
    const text = proofBy(thief, { htu: judgedOrigin + judgedPath, iat: stand.clock.seconds });
    expect(outcomeOf(text)).toBe('proof_wrong_key');
    expect(outcomeOf(proof(), { expectedKey: thumbprintOfName('other') })).toBe('proof_wrong_key');
    expect(stand.replays.size).toBe(0);
  });

  it('refuses a point off the curve', () => {
    const jwk = { ...stand.signer.jwk, x: newSigner().jwk.x };
    const text = proof({}, { jwk });
    expect(outcomeOf(text, { expectedKey: undefined })).toBe('proof_signature_invalid');
  });

  it('refuses every call while it does not know its own judgedOrigin', () => {
    const unset = stand.openJudge(stand.replays, '');
    for (const htu of [judgedPath, judgedOrigin + judgedPath]) {
      const text = proofBy(stand.signer, {
        htu,
        iat: stand.clock.seconds,
        nonce: stand.judge.nonce(),
      });
      expect(unset.judge(stand.presented([text]))).toMatchObject({
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

describe('the one nonce of a challenge', () => {
  const nonce = 'made-for-this-challenge';

  // breaks when: a fresh nonce of the process is taken in its place
  it('must be exactly the one that was asked for, and is judged by nobody else', () => {
    expect(outcomeOf(proof({ nonce }), { nonce })).toBe('proven');
    for (const other of [undefined, `${nonce}-`, stand.judge.nonce()]) {
      expect(outcomeOf(proof({ nonce: other }), { nonce })).toBe('nonce_required');
    }
    expect(outcomeOf(proof({ nonce }))).toBe('nonce_required');
  });
});
