import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../doubles/fake-clock.js';
import { BrokerUnavailableError, SessionRevokedError } from '../errors/creance-error.js';
import { limits } from '../limits.js';
import { Life } from './life.js';

const facts = { code: 'CREANCE_TEST', what: 'a test', hint: 'none', retryable: false };

let clock: FakeClock;
let end: AbortController;
let answers: ((error?: Error) => void)[];
let life: Life;
beforeEach(() => {
  clock = new FakeClock();
  end = new AbortController();
  answers = [];
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      answers.push((error) => (error === undefined ? resolve() : reject(error)));
    });
  life = new Life({ clock, ask, signal: end.signal });
});

describe('asking whether a session lives', () => {
  // breaks when: who comes after the question was sent shares its answer
  it('asks again for who comes after the question was sent', async () => {
    const first = life.fault();
    await settle();
    const second = life.fault();
    expect(life.fault()).toBe(second);
    answers[0]?.();
    expect(await first).toBeUndefined();
    await clock.advance(limits.lifePauseMillis);
    expect(answers).toHaveLength(2);
    const revoked = new SessionRevokedError(facts);
    answers[1]?.(revoked);
    expect(await second).toBe(revoked);
  });

  it('asks no more than once in its pause, however many calls break', async () => {
    const tick = limits.lifePauseMillis / 10;
    for (let at = 0; at < 100; at += 1) {
      void life.fault();
      await clock.advance(tick);
      for (const answer of answers) answer();
    }
    expect(answers.length).toBeGreaterThan(5);
    expect(answers.length).toBeLessThanOrEqual(11);
  });

  it('tells nothing when the broker cannot say', async () => {
    const asked = life.fault();
    await settle();
    answers[0]?.(new BrokerUnavailableError(facts));
    expect(await asked).toBeUndefined();
  });

  it('tells the end at once when it comes in the pause', async () => {
    const first = life.fault();
    await settle();
    answers[0]?.();
    await first;
    const second = life.fault();
    await settle();
    const revoked = new SessionRevokedError(facts);
    end.abort(revoked);
    expect(await second).toBe(revoked);
    expect(answers).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });
});
