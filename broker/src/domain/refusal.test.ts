import { describe, expect, it } from 'vitest';
import type { Denial } from './denial.js';
import { limits } from './limits.js';
import { factsOf } from './refusal.js';

const thumbprint = 'sQKLF388-7Jf-EfYTlIp9vNvZltk0Cq7G_dRd8pXkP0';

describe('what is noted of a denial', () => {
  it('is its detail, the missing scope, and the faulty fields', () => {
    const denial: Denial = {
      reason: 'request_malformed',
      missingScope: 'contacts:export' as never,
      retryAfterMillis: 12.5,
      fields: [{ field: 'page_token', fault: 'must come from the previous reply' }],
      detail: { workload: 'triage', most: 60 },
    };
    expect(factsOf(denial)).toEqual({
      missingScope: 'contacts:export',
      retryAfterMillis: 13,
      fields: 'page_token must come from the previous reply',
      workload: 'triage',
      most: 60,
    });
  });

  // Law 8. breaks when: a fact is noted as the caller has written it
  it.each([
    ['a token', `eyJhbGciOiJFUzI1NiJ9AAAA.${'p'.repeat(40)}.${'s'.repeat(86)}`],
    ['a join string', `creance-join:v1:${'A'.repeat(120)}`],
    ['a child join string', `creance-child:v1:${'A'.repeat(20)}`],
    ['a join token', 'q4Yb6oTQ2nX1ZkVh0sJ8mC5rW3eD7gLp'],
    ['a hash of 43 characters', thumbprint],
  ])('never holds %s, wherever somebody has put it', (_name, secret) => {
    for (const presented of [secret, `https://crm.example/?t=${secret}`, ` ${secret} `]) {
      const facts = factsOf({ reason: 'resource_unknown', detail: { presented } });
      expect(JSON.stringify(facts)).not.toContain(secret.slice(-20));
      expect(facts['presented']).toContain('[taken out]');
    }
  });

  it('keeps the thumbprint of a key, which the broker has computed', () => {
    const denial: Denial = { reason: 'proof_replayed', detail: { key: thumbprint } };
    expect(factsOf(denial)).toEqual({ key: thumbprint });
  });

  it('is bounded, whatever was presented', () => {
    const detail = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [`n${at}`, 'x y'.repeat(50_000)]),
    );
    const facts = factsOf({ reason: 'resource_unknown', detail });
    expect(Object.keys(facts)).toHaveLength(limits.refusalFacts);
    for (const fact of Object.values(facts))
      expect(`${fact}`.length).toBeLessThanOrEqual(limits.refusalChars);
  });
});
