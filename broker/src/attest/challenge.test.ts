import type { Reason } from '@creance/proto';
import { beforeEach, describe, expect, it } from 'vitest';
import { JudgeStand, judgedOrigin, judgedPath } from '../doubles/judge-stand.js';
import { sessionOf } from '../doubles/sessions.js';
import { newSigner, proofBy } from '../doubles/signed.js';
import { type ChallengeAnswer, challengeJudge } from './challenge.js';
import type { SeenProof } from './proof-seen.js';

const nonce = 'nonce-of-this-challenge';
let stand: JudgeStand;
let seen: SeenProof[];

beforeEach(() => {
  stand = new JudgeStand();
  seen = [];
});

function outcomeOf(parts: Partial<ChallengeAnswer> = {}): Reason | 'answered' {
  const judge = challengeJudge({ judge: stand.judge, onProof: (proof) => void seen.push(proof) });
  const session = sessionOf(1, { key: stand.signer.keyId });
  const proof = stand.proof({ nonce, ctr: 3 });
  const answer = judge({ session, proof, path: judgedPath, nonce, ...parts });
  return answer.ok ? 'answered' : answer.error.reason;
}

describe('the answer to a challenge of a stream', () => {
  it('is a proof by the key of the session with the nonce of the challenge', () => {
    const proof = stand.proof({ nonce, ctr: 3 });
    expect(outcomeOf({ proof })).toBe('answered');
    const { id } = sessionOf(1);
    expect(seen).toEqual([
      {
        session: id,
        key: stand.signer.keyId,
        counter: 3,
        issuedAt: stand.clock.seconds,
        text: proof,
      },
    ]);
  });

  it('is none without the nonce, with the one before, or with a nonce of the process', () => {
    for (const other of [undefined, 'nonce-of-the-one-before', stand.judge.nonce()]) {
      expect(outcomeOf({ proof: stand.proof({ nonce: other }) })).toBe('nonce_required');
    }
    expect(seen).toEqual([]);
  });

  // breaks when: the judge is not told whose key to expect
  it('is none by the key of a thief, nor by the key before a rekey', () => {
    const proof = proofBy(newSigner(), {
      htu: judgedOrigin + judgedPath,
      iat: stand.clock.seconds,
      nonce,
    });
    expect(outcomeOf({ proof })).toBe('proof_wrong_key');
    expect(outcomeOf({ session: sessionOf(1, { key: newSigner().keyId }) })).toBe(
      'proof_wrong_key',
    );
  });

  it('counts once, and only for the stream', () => {
    const proof = stand.proof({ nonce });
    expect(outcomeOf({ proof })).toBe('answered');
    expect(outcomeOf({ proof })).toBe('proof_replayed');
    expect(outcomeOf({ path: '/creance.v1.SessionService/Stream' })).toBe('proof_wrong_target');
  });
});
