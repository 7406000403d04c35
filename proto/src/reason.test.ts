import { describe, expect, it } from 'vitest';
import { errorInfoReason, type Reason, reasonFromErrorInfo, reasonRow, reasons } from './reason.js';

const rows = Object.entries(reasons) as [Reason, (typeof reasons)[Reason]][];
/** RFC 6749 §5.2 and §4.1.2.1, RFC 9449 §5 and §8. */
const oauthCodes = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'unauthorized_client',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
  'invalid_target',
  'invalid_dpop_proof',
  'use_dpop_nonce',
];

describe('the table of reasons', () => {
  it.each(rows)('gives %s an ErrorInfo reason of the public form, and back', (reason) => {
    const text = errorInfoReason(reason);
    // google.rpc.ErrorInfo: [A-Z][A-Z0-9_]+[A-Z0-9], at most 63 characters.
    expect(text).toMatch(/^[A-Z][A-Z0-9_]{1,61}[A-Z0-9]$/);
    expect(reasonFromErrorInfo(text)).toBe(reason);
    expect(reasonRow(reason)).toBe(reasons[reason]);
  });

  it.each(rows)('gives %s valid codes and words that are safe for everybody', (_reason, row) => {
    expect(Number.isInteger(row.grpc) && row.grpc >= 1 && row.grpc <= 16).toBe(true);
    expect(oauthCodes).toContain(row.oauth);
    for (const words of [row.message, row.fix]) {
      expect(words).toMatch(/^[a-z]/);
      expect(words).not.toMatch(/[.!\n]$|\$\{/);
      expect(words.length).toBeLessThan(120);
    }
  });

  // OK, CANCELLED, UNKNOWN and DATA_LOSS tell a client nothing, so that no refusal of ours has them.
  it('uses no status that says nothing', () => {
    expect(rows.filter(([, row]) => [0, 1, 2, 15].includes(row.grpc))).toEqual([]);
  });

  it('asks for a retry only where the same call may succeed', () => {
    const retried = rows.filter(([, row]) => row.retryable).map(([, row]) => row.grpc);
    // DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNAVAILABLE, and UNAUTHENTICATED for a nonce.
    expect(new Set(retried)).toEqual(new Set([4, 8, 9, 14, 16]));
    const held = rows.filter(([, row]) => row.retryable && row.grpc === 9).map(([name]) => name);
    expect(held).toEqual(['evidence_held', 'session_suspended']);
    expect(reasons.nonce_required.retryable).toBe(true);
    for (const [reason, row] of rows) {
      if (row.grpc === 16 && row.retryable) expect(reason).toBe('nonce_required');
    }
  });

  it('keeps the end of a session apart from a bad caller', () => {
    for (const reason of [
      'session_revoked',
      'session_ended',
      'session_expired',
      'ancestor_ended',
    ] as const) {
      expect(reasons[reason]).toMatchObject({ grpc: 9, retryable: false });
    }
  });
});

describe('reasonFromErrorInfo', () => {
  it.each([
    [''],
    ['scope_not_granted'],
    ['Scope_Not_Granted'],
    ['NO_SUCH_REASON'],
    ['CONSTRUCTOR'],
    ['TOSTRING'],
    ['__PROTO__'],
    ['SCOPE_NOT_GRANTED '],
  ])('knows no reason %j', (text) => {
    expect(reasonFromErrorInfo(text)).toBeUndefined();
  });
});
