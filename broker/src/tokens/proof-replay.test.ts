import { proofWindowSeconds } from '@creance/proto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { JudgeStand, judgedOrigin, judgedPath } from '../doubles/judge-stand.js';
import { newSigner, proofBy } from '../doubles/signed.js';
import type { PresentedProof } from './proof-judge.js';
import { openReplayMemory } from './replay-memory.js';

let stand: JudgeStand;
const proof = (claims: object = {}, header: object = {}) => stand.proof(claims, header);
const outcomeOf = (text: string, parts: Partial<PresentedProof> = {}) =>
  stand.outcomeOf(text, parts);

beforeEach(() => {
  stand = new JudgeStand();
});

describe('a replayed proof', () => {
  // breaks when: remember is not asked, or asked before the signature is checked
  it('is refused for as long as its time would let it pass', () => {
    const text = proof({ iat: stand.clock.seconds + 5 });
    expect(outcomeOf(text)).toBe('proven');
    let waited = 0;
    for (; waited < 64.9; waited += 0.1) {
      expect(outcomeOf(text)).toBe('proof_replayed');
      stand.clock.advance(0.1);
    }
    for (; waited < 90; waited += 0.1) {
      expect(outcomeOf(text)).not.toBe('proven');
      stand.clock.advance(0.1);
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
    stand.judge = stand.openJudge(small);
    stand.clock.advance(3_600);
    expect(outcomeOf(proof())).toBe('proven');
    expect(stand.judge.judge(stand.presented([proof()]))).toMatchObject({
      error: { reason: 'replay_memory_full', retryAfterMillis: 5_000 },
    });
  });

  // breaks when: proofs of keys that nobody knows are remembered: then anybody fills the memory
  it('costs no memory while nobody knows the key', () => {
    for (let stranger = 0; stranger < 20; stranger += 1) {
      const text = proofBy(newSigner(), {
        htu: judgedOrigin + judgedPath,
        iat: stand.clock.seconds,
      });
      expect(outcomeOf(text, { expectedKey: undefined })).toBe('proven');
    }
    expect(stand.replays.size).toBe(0);
  });
});

describe('the nonce of a proof', () => {
  it('is asked whatever the time where the call says so', () => {
    expect(outcomeOf(proof(), { nonceAlways: true })).toBe('nonce_required');
    expect(outcomeOf(proof({ nonce: stand.judge.nonce() }), { nonceAlways: true })).toBe('proven');
  });

  // breaks when: a nonce that is given where none is needed is not looked at
  it('is refused when it is stale, even where none is needed', () => {
    const nonce = stand.judge.nonce();
    expect(outcomeOf(proof({ nonce }))).toBe('proven');
    stand.clock.advance(600);
    expect(outcomeOf(proof({ nonce }))).toBe('nonce_required');
    expect(outcomeOf(proof())).toBe('proven');
  });

  // breaks when: the time is counted by the wall, or for less than the window
  it('is asked for 65 s after the start, since an earlier process may have seen the proof', () => {
    stand.judge = stand.openJudge();
    expect(outcomeOf(proof())).toBe('nonce_required');
    stand.clock.stepWall(3_600);
    stand.clock.advance(proofWindowSeconds - 0.001);
    expect(outcomeOf(proof())).toBe('nonce_required');
    expect(outcomeOf(proof({ nonce: stand.judge.nonce() }))).toBe('proven');
    stand.clock.advance(0.001);
    expect(outcomeOf(proof())).toBe('proven');
  });

  // breaks when: the judge does not ask memory-holes.ts any more
  it('is asked after the wall clock went back, until that time is over', () => {
    const used = proof();
    expect(outcomeOf(used)).toBe('proven');
    stand.clock.advance(120);
    stand.clock.stepWall(-61);
    for (let waited = 0; waited < 61 + proofWindowSeconds; waited += 1) {
      expect(outcomeOf(used)).not.toBe('proven');
      expect(outcomeOf(proof())).toBe('nonce_required');
      expect(outcomeOf(proof({ nonce: stand.judge.nonce() }))).toBe('proven');
      stand.clock.advance(1);
    }
    expect(outcomeOf(used)).toBe('proof_expired');
    expect(outcomeOf(proof())).toBe('proven');
  });

  // breaks when: the memory keeps ids for the window alone
  it('is not asked after a small step back, and the memory covers it', () => {
    for (let phase = 0; phase < 90; phase += 1) {
      stand.clock.advance(0.1);
      const used = proof({ iat: stand.clock.seconds + 5 });
      expect(outcomeOf(used)).toBe('proven');
      stand.clock.advance(66);
      stand.clock.stepWall(-4.9);
      expect(outcomeOf(used)).toBe('proof_replayed');
      expect(outcomeOf(proof())).toBe('proven');
      stand.clock.stepWall(4.9);
    }
  });

  // The thief keeps every proof that was used, and the clock does what it likes.
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
        stand.judge = stand.openJudge(memory);
        stand.clock.advance(100);
        const used: string[] = [];
        for (const { seconds: passed, step: stepped, ahead } of moves) {
          stand.clock.advance(passed);
          stand.clock.stepWall(stepped);
          for (const text of used) expect(outcomeOf(text)).not.toBe('proven');
          const fresh = proof({ iat: stand.clock.seconds + ahead });
          if (outcomeOf(fresh) === 'proven') used.push(fresh);
        }
      }),
      { numRuns: 150 },
    );
  });
});
