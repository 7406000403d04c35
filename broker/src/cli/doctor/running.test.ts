import { describe, expect, it } from 'vitest';
import type { CertificateFacts } from '../../certificate-facts.js';
import {
  type BrokerFacts,
  brokerFindings,
  clockFinding,
  driftFinding,
  verifiersFinding,
} from './running.js';
import { tlsFindings } from './tls.js';
import type { Finding } from './verdict.js';

function verdictOf({ verdict, fix }: Finding): string {
  expect(fix !== undefined && fix.length > 0).toBe(verdict !== 'ok');
  return verdict;
}

const answer: BrokerFacts & { said: 'answer' } = {
  said: 'answer',
  verifiers: [],
  revision: 9_000n,
  offsetMillis: 0,
  errorMillis: 1,
  unsafeMillis: 0,
  drift: { version: 3n, changes: 0 },
};

const silent = [{ said: 'not_running' }, { said: 'no_operator' }] as const;
const refusing: BrokerFacts[] = [{ said: 'refused', why: 'role_missing' }, { said: 'wrong_kind' }];

describe('checks of a running broker', () => {
  it.each(silent)('warn when it says nothing: %j', (facts) => {
    for (const finding of [clockFinding(facts), verifiersFinding(facts), driftFinding(facts)])
      expect(verdictOf(finding)).toBe('warn');
  });
});

describe('brokerFindings', () => {
  // breaks when: each check says again, at length, what is true of all
  it.each(refusing)('say once that it refuses: %j', (facts) => {
    expect(brokerFindings(facts).map(({ check }) => check)).toEqual(['operator']);
    expect(brokerFindings(facts).map(verdictOf)).toEqual(['warn']);
  });

  it('say all that it has answered', () => {
    const checks = brokerFindings(answer).map(({ check }) => check);
    expect(checks).toEqual(['version in force', 'clock', 'verifiers']);
  });
});

describe('clockFinding', () => {
  it.each([
    [0, 1, 'ok'],
    [999, 0, 'ok'],
    [1_000, 0, 'warn'],
    [-1_000, 0, 'warn'],
    [4_999, 0, 'warn'],
    [5_000, 0, 'fail'],
    [-60_000, 0, 'fail'],
    // A slow answer proves nothing.
    [1_500, 900, 'ok'],
    [5_500, 900, 'warn'],
  ])('finds %d ms, give or take %d, %s', (offsetMillis, errorMillis, verdict) => {
    expect(verdictOf(clockFinding({ ...answer, offsetMillis, errorMillis }))).toBe(verdict);
  });

  it('says which is behind', () => {
    expect(clockFinding({ ...answer, offsetMillis: -2_000 }).found).toContain('2000 ms behind');
    expect(clockFinding({ ...answer, offsetMillis: 2_000 }).found).toContain('2000 ms ahead');
  });
});

describe('verifiersFinding', () => {
  const one = { sessionId: Buffer.alloc(16, 1), resource: 'crm', acknowledgedRevision: 9_000n };
  it.each<[string, bigint[], string]>([
    ['nobody', [], 'warn'],
    ['one at the head', [9_000n], 'ok'],
    ['one beyond it', [9_001n], 'ok'],
    ['one that never acknowledged', [9_000n, 0n], 'warn'],
    ['one that is behind', [9_000n, 8_999n], 'warn'],
  ])('judges %s', (_, revisions, verdict) => {
    const verifiers = revisions.map((at) => ({ ...one, acknowledgedRevision: at }));
    expect(verdictOf(verifiersFinding({ ...answer, verifiers }))).toBe(verdict);
  });

  it('names who is behind, and how far', () => {
    const verifiers = [one, { ...one, resource: 'mail', acknowledgedRevision: 2_000n }];
    const { found } = verifiersFinding({ ...answer, verifiers });
    expect(found).toMatch(/mail AQEBAQEBAQEBAQEBAQEBAQ \(7 ms behind\)/);
    expect(found).not.toContain('crm');
  });
});

describe('driftFinding', () => {
  it.each<[string, (typeof answer)['drift'], string]>([
    ['none', { version: 3n, changes: 0 }, 'ok'],
    ['some', { version: 3n, changes: 2 }, 'warn'],
    ['what the broker does not tell', 'role_missing', 'warn'],
    ['a faulty file', undefined, 'warn'],
  ])('judges %s', (_, drift, verdict) => {
    expect(verdictOf(driftFinding({ ...answer, drift }))).toBe(verdict);
  });
});

const day = 86_400_000;
const nowMillis = 1_000 * day;
const certificate: CertificateFacts = {
  validFrom: nowMillis - 30 * day,
  validTo: nowMillis + 60 * day,
  hasKey: true,
  covers: (host) => host === 'broker.example' || host === '::1',
  names: 'DNS:broker.example, IP Address:::1',
};
const publicOrigin = 'https://broker.example:7420';

describe('tlsFindings', () => {
  it.each<[string, Partial<CertificateFacts>, string, string[]]>([
    ['that is good', {}, publicOrigin, ['ok', 'ok', 'ok']],
    ['of an address', {}, 'https://[::1]:7420', ['ok', 'ok', 'ok']],
    ['that has ended', { validTo: nowMillis }, publicOrigin, ['fail', 'ok', 'ok']],
    ['with a day to go', { validTo: nowMillis + day }, publicOrigin, ['warn', 'ok', 'ok']],
    ['with 30 days', { validTo: nowMillis + 30 * day }, publicOrigin, ['warn', 'ok', 'ok']],
    ['with more', { validTo: nowMillis + 30 * day + 1 }, publicOrigin, ['ok', 'ok', 'ok']],
    ['of tomorrow', { validFrom: nowMillis + day }, publicOrigin, ['fail', 'ok', 'ok']],
    ['of another key', { hasKey: false }, publicOrigin, ['ok', 'fail', 'ok']],
    ['of another host', {}, 'https://other.example', ['ok', 'ok', 'fail']],
  ])('judges one %s', (_, facts, origin, verdicts) => {
    const findings = tlsFindings({ ...certificate, ...facts }, { publicOrigin: origin, nowMillis });
    expect(findings.map(verdictOf)).toEqual(verdicts);
  });

  it('judges none, and one that is none', () => {
    expect(tlsFindings(undefined, { publicOrigin, nowMillis }).map(verdictOf)).toEqual(['ok']);
    const broken = tlsFindings({ fault: 'no', fix: 'mend it' }, { publicOrigin, nowMillis });
    expect(broken.map(verdictOf)).toEqual(['fail']);
  });
});
