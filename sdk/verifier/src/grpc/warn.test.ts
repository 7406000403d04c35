import { describe, expect, it } from 'vitest';
import type { VerifierEvent } from '../events.js';
import { type FailureReason, failures } from '../failures.js';
import { testClock } from '../support/test-clock.js';
import { warnOfTrouble } from './warn.js';

const away: VerifierEvent = { kind: 'disconnected', code: 'UNAVAILABLE' };
const denied = (reason: FailureReason, at = 0): VerifierEvent => ({
  kind: 'denied',
  reason,
  requestId: `request-${at}`,
});

describe('warnOfTrouble', () => {
  it('says one thing once a minute, and another at once', () => {
    const clock = testClock();
    const said: string[] = [];
    const listen = warnOfTrouble(clock, (text) => said.push(text));
    for (let second = 0; second < 59; second += 1) {
      listen(away);
      clock.advance(1_000);
    }
    expect(said).toHaveLength(1);
    listen({ kind: 'stale', ageMillis: 11_000 });
    clock.advance(1_000);
    listen(away);
    expect(said.map((text) => text.split(' ')[0])).toEqual([
      'CREANCE_BROKER_UNAVAILABLE',
      'CREANCE_FEED_STALE',
      'CREANCE_BROKER_UNAVAILABLE',
    ]);
  });

  // breaks when: refusals that any stranger can cause are warned of, or each of them is
  it('is filled by no flood of refused requests, whatever is refused', () => {
    const said: string[] = [];
    const listen = warnOfTrouble(testClock(), (text) => said.push(text));
    for (let at = 0; at < 1_000; at += 1)
      for (const reason of Object.keys(failures) as FailureReason[]) listen(denied(reason, at));
    expect(said).toHaveLength(6);
    expect(said.some((text) => text.startsWith('CREANCE_PROOF_WRONG_TARGET '))).toBe(true);
    expect(said.some((text) => text.startsWith('CREANCE_PROOF_REPLAYED '))).toBe(false);
  });

  // breaks when: each restart of the broker is a warning at every service
  it('warns of a lost line once it is away for a while, and of one that never was at once', () => {
    const clock = testClock();
    const said: string[] = [];
    const listen = warnOfTrouble(clock, (text) => said.push(text));
    listen({ kind: 'connected', resource: 'crm' });
    for (const millis of [0, 500, 1_000]) {
      clock.advance(millis);
      listen(away);
    }
    expect(said).toEqual([]);
    listen({ kind: 'connected', resource: 'crm' });
    clock.advance(60_000);
    listen(away);
    expect(said).toEqual([]);
    clock.advance(2_000);
    listen(away);
    expect(said).toHaveLength(1);
  });

  it('keeps silent of what mends itself', () => {
    const said: string[] = [];
    const listen = warnOfTrouble(testClock(), (text) => said.push(text));
    listen({ kind: 'disconnected', code: 'OK' });
    listen({ kind: 'disconnected', code: 'nonce_required' });
    listen({ kind: 'disconnected', code: 'shutting_down' });
    listen({ kind: 'refused', fault: 'broken_link' });
    listen({ kind: 'connected', resource: 'crm' });
    expect(said).toEqual([]);
  });
});
