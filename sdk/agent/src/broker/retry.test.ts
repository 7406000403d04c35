import { type Reason, reasons } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../doubles/fake-clock.js';
import { FakeEntropy } from '../doubles/fake-entropy.js';
import { lostReply, refusalReply } from '../doubles/replies.js';
import { errorFromReply } from '../errors/refusal.js';
import type { BrokerReply } from '../transport/contract.js';
import { isAway, mayRetry, pauseMillis, withRetries } from './retry.js';

const notByRepeating = ['nonce_required', 'session_suspended', 'evidence_held'];
const good: BrokerReply = { ok: true, response: Uint8Array.of(1), nonce: undefined };

function ladder(replies: (remaining: number) => BrokerReply, parts: object = {}) {
  const clock = new FakeClock();
  const entropy = new FakeEntropy();
  const remainders: number[] = [];
  const waits: number[] = [];
  const plan = {
    deadlineMillis: 5_000,
    attemptsMax: 6,
    onRetry: ({ waitMillis }: { waitMillis: number }) => void waits.push(waitMillis),
    ...parts,
  };
  const outcome = withRetries(plan, { clock, entropy }, async (remaining) => {
    remainders.push(remaining);
    return replies(remaining);
  }).then(
    (bytes) => ({ bytes, error: undefined }),
    (error: unknown) => ({ bytes: undefined, error }),
  );
  return { clock, entropy, remainders, waits, outcome };
}

describe('withRetries', () => {
  it('tries again until it succeeds', async () => {
    let count = 0;
    const { clock, outcome } = ladder(() => (++count < 3 ? lostReply(14) : good));
    await clock.advance(5_000);
    expect((await outcome).bytes).toEqual(Uint8Array.of(1));
    expect(count).toBe(3);
  });

  // breaks when: either bound of the ladder goes
  it('gives up after six tries, and within its deadline', async () => {
    const { clock, outcome, remainders, waits } = ladder(() => lostReply(14));
    await clock.advance(5_000);
    expect((await outcome).error).toMatchObject({ code: 'CREANCE_BROKER_UNAVAILABLE' });
    expect(remainders).toHaveLength(6);
    expect(waits).toEqual([100, 200, 400, 800, 1_600]);
    expect(remainders).toEqual([5_000, 4_900, 4_700, 4_300, 3_500, 1_900]);
  });

  it('does not start a wait that its deadline would cut short', async () => {
    const { outcome, remainders } = ladder(() => lostReply(14), { deadlineMillis: 120 });
    expect((await outcome).error).toMatchObject({ retryable: true });
    expect(remainders).toEqual([120]);
  });

  it('waits at least as long as the broker asks', async () => {
    let count = 0;
    const reply = () => refusalReply('rate_limited', { retryAfterMillis: 2_000 });
    const { clock, waits, outcome } = ladder(() => (++count < 2 ? reply() : good));
    await clock.advance(5_000);
    await outcome;
    expect(waits[0]).toBeGreaterThanOrEqual(2_000);
  });

  it('gives up at once when the broker asks for more than there is', async () => {
    const reply = () => refusalReply('rate_limited', { retryAfterMillis: 60_000 });
    const { outcome, remainders } = ladder(reply);
    expect((await outcome).error).toMatchObject({ retryAfterMillis: 60_000, retryable: true });
    expect(remainders).toHaveLength(1);
  });

  it.each(
    (Object.keys(reasons) as Reason[]).filter(
      (reason) => !reasons[reason].retryable || notByRepeating.includes(reason),
    ),
  )('asks once when the answer is %s', async (reason) => {
    const { clock, outcome, remainders } = ladder(() => refusalReply(reason));
    await clock.advance(5_000);
    expect((await outcome).error).toMatchObject({ reason });
    expect(remainders).toHaveLength(1);
  });

  it('makes no call once its signal has aborted', async () => {
    const end = new AbortController();
    const { clock, outcome, remainders } = ladder(() => lostReply(14), { signal: end.signal });
    await clock.advance(50);
    end.abort(new Error('over'));
    await clock.advance(5_000);
    expect((await outcome).error).toMatchObject({ message: 'over' });
    expect(remainders).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});

describe('pauseMillis', () => {
  // breaks when: the jitter goes, or the step has no top
  it('spreads every step from a half to one and a half of it', () => {
    for (const [attempt, step] of [
      [1, 100],
      [2, 200],
      [5, 1_600],
      [9, 1_600],
    ] as const) {
      expect(pauseMillis(attempt, undefined, new FakeEntropy(0))).toBe(step / 2);
      expect(pauseMillis(attempt, undefined, new FakeEntropy(1))).toBe(step * 1.5);
    }
  });

  it('spreads what the broker asks for upwards only', () => {
    expect(pauseMillis(1, 1_000, new FakeEntropy(0))).toBe(1_000);
    expect(pauseMillis(1, 1_000, new FakeEntropy(1))).toBe(1_500);
  });
});

describe('mayRetry and isAway', () => {
  it('keep what works when the broker is away, and not when it has decided', () => {
    const errors = (reason: Reason) => errorFromReply(refusalReply(reason));
    expect(mayRetry(errors('store_busy'))).toBe(true);
    expect(mayRetry(errors('nonce_required'))).toBe(false);
    for (const reason of ['store_failed', 'rate_limited', 'internal'] as const)
      expect(isAway(errors(reason))).toBe(true);
    for (const reason of ['scope_not_granted', 'session_revoked', 'proof_wrong_key'] as const)
      expect(isAway(errors(reason))).toBe(false);
    // May pass, but the broker has decided: nothing that the session has is of use meanwhile.
    expect(isAway(errors('session_suspended'))).toBe(false);
    for (const reason of ['session_suspended', 'evidence_held'] as const)
      expect(mayRetry(errors(reason))).toBe(false);
    expect(isAway(new Error('a fault'))).toBe(false);
  });
});
