import { reasons } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { VerifierEvent } from './events.js';
import { troubleText } from './trouble.js';

const requestId = 'A'.repeat(22);

describe('troubleText', () => {
  it.each<[VerifierEvent, RegExp]>([
    [
      { kind: 'disconnected', code: 'UNAVAILABLE', networkCode: 'CERT_HAS_EXPIRED' },
      /^CREANCE_BROKER_UNAVAILABLE .* \(CERT_HAS_EXPIRED\) — fix: renew the certificate/,
    ],
    [
      { kind: 'disconnected', code: 'evidence_key_revoked', requestId },
      /^CREANCE_EVIDENCE_KEY_REVOKED .* — fix: ask an operator why; .*join again; request: A{22}$/,
    ],
    [
      { kind: 'disconnected', code: 'session_revoked' },
      /fix: ask an operator whether the resource has left/,
    ],
    [
      { kind: 'disconnected', code: 'workload_not_registered' },
      /fix: have an operator register the resource/,
    ],
    [{ kind: 'disconnected', code: 'MOON' }, /^CREANCE_BROKER_MOON .*; it is tried again — fix: /],
    [{ kind: 'disconnected', code: 'constructor' }, /^CREANCE_BROKER_CONSTRUCTOR /],
    [{ kind: 'stale', ageMillis: 12_340 }, /^CREANCE_FEED_STALE .* 12\.3 s ago.*fix: check that/],
    [{ kind: 'refused', fault: 'settings_other_resource' }, /fix: correct the option resource/],
    [{ kind: 'clock_skew', seconds: 120 }, /120 s ahead of that of the broker.*fix: set the clock/],
    [{ kind: 'clock_skew', seconds: -120 }, /120 s behind that of the broker/],
    [{ kind: 'limit', reason: 'view_full' }, /fix: .*limits\.viewEntriesMax/],
    [{ kind: 'denied', reason: 'token_cut', requestId }, /^CREANCE_TOKEN_CUT .*request: A{22}$/],
    [
      { kind: 'unreported', observations: 7, code: 'UNAVAILABLE' },
      /^CREANCE_UNREPORTED 7 seen actions .*\(UNAVAILABLE\) — fix: /,
    ],
  ])('says what %j means and what helps', (event, words) => {
    expect(troubleText(event)).toMatch(words);
  });

  // breaks when: a reason of the broker has words that only the owner of an agent can follow
  it.each(Object.keys(reasons))('sends nobody to the owner of a workload for %s', (code) => {
    expect(troubleText({ kind: 'disconnected', code })).not.toContain('owner of the workload');
  });

  it.each<VerifierEvent>([
    { kind: 'connected', resource: 'crm' },
    { kind: 'applied', revision: 1 },
    { kind: 'fresh' },
    { kind: 'anchor_mismatch' },
    { kind: 'reported', observations: 1, dropped: 0, unread: 0 },
  ])('has nothing to say of %j', (event) => {
    expect(troubleText(event)).toBeUndefined();
  });

  // breaks when: a part is put into the line as it came
  it('lets no word from elsewhere do anything to a terminal', () => {
    const code = 'X\u001b[2J\u202e\r\n';
    expect(troubleText({ kind: 'disconnected', code })).toMatch(/^[\x20-\x7e—]+$/);
  });
});
