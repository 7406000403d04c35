import { ok, refuse } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Denial } from '../domain/denial.js';
import { type ChallengeParts, Challenges } from './stream-challenge.js';

const limits = { challengeSeconds: 60, challengeAnswerSeconds: 10 };

/** Challenges whose nonces count up, and what they have said and ended for. */
const challenged = (parts: Partial<ChallengeParts> = {}) => {
  const [sent, failed]: [string[], Denial[]] = [[], []];
  let count = 0;
  const challenges = new Challenges({
    limits,
    nonce: () => `nonce ${++count}`,
    send: (nonce) => sent.push(nonce),
    judge: ({ proof, nonce }) =>
      proof === nonce ? ok(undefined) : refuse({ reason: 'proof_wrong_key' }),
    fail: (denial) => failed.push(denial),
    ...parts,
  });
  return { challenges, sent, failed };
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Challenges', () => {
  it('ask when the time has come, each time with a fresh nonce, for as long as they are answered', () => {
    const { challenges, sent, failed } = challenged();
    for (const nonce of ['nonce 1', 'nonce 2', 'nonce 3']) {
      vi.advanceTimersByTime(59_999);
      expect(sent.at(-1)).not.toBe(nonce);
      vi.advanceTimersByTime(1);
      expect(sent.at(-1)).toBe(nonce);
      expect(challenges.answer(nonce)).toBeUndefined();
    }
    expect([sent.length, failed]).toEqual([3, []]);
  });

  // breaks when: an unanswered challenge is only followed by another
  it('end the stream when nobody answers in time', () => {
    const { failed } = challenged();
    vi.advanceTimersByTime(69_999);
    expect(failed).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(failed).toEqual([{ reason: 'challenge_unanswered' }]);
  });

  it('take no answer to an earlier challenge', () => {
    const { challenges } = challenged();
    vi.advanceTimersByTime(60_000);
    challenges.answer('nonce 1');
    vi.advanceTimersByTime(60_000);
    // breaks when: any nonce of the stream will do
    expect(challenges.answer('nonce 1')?.reason).toBe('proof_wrong_key');
  });

  it('take one answer each, and none that nobody asked for', () => {
    const { challenges } = challenged();
    expect(challenges.answer('nonce 1')?.reason).toBe('request_malformed');
    vi.advanceTimersByTime(60_000);
    expect(challenges.answer('nonce 1')).toBeUndefined();
    expect(challenges.answer('nonce 1')?.reason).toBe('request_malformed');
  });

  it('do not let a bad answer be tried again', () => {
    const { challenges } = challenged();
    vi.advanceTimersByTime(60_000);
    expect(challenges.answer('guess')?.reason).toBe('proof_wrong_key');
    expect(challenges.answer('nonce 1')?.reason).toBe('request_malformed');
  });

  it('ask no more once they are stopped', () => {
    const { challenges, sent, failed } = challenged();
    vi.advanceTimersByTime(60_000);
    challenges.stop();
    vi.advanceTimersByTime(600_000);
    expect([sent.length, failed]).toEqual([1, []]);
  });
});
