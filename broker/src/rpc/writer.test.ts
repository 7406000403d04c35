import { IssueTokenResponse, ListSessionsResponse } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { encodeMessage, written } from './writer.js';

const issued = {
  token: 'header.payload.signature',
  tokenType: 'DPoP',
  expiresUnixSeconds: 1_764_000_000n,
  scopes: ['contacts:export', 'contacts:read'],
  lifetimeSeconds: 60,
};

describe('encodeMessage', () => {
  it('gives the bytes that a writer of its own gives', () => {
    const plain = Buffer.from(IssueTokenResponse.encode(issued).finish());
    expect(encodeMessage(IssueTokenResponse, issued)).toEqual(plain);
    expect(encodeMessage(IssueTokenResponse, issued)).toEqual(plain);
  });

  it('gives bytes that a later message does not change', () => {
    const first = encodeMessage(IssueTokenResponse, issued);
    const copy = Buffer.from(first);
    encodeMessage(IssueTokenResponse, { ...issued, token: 'another.token.entirely' });
    expect(first).toEqual(copy);
  });

  // breaks when: the writer is not reset after a throw
  it('starts afresh after a message that failed half way', () => {
    const broken = { ...issued, lifetimeSeconds: -1 };
    expect(() => encodeMessage(IssueTokenResponse, broken)).toThrow();
    expect(() => written((writer) => writer.uint32(10).fork().uint32(-1))).toThrow();
    const empty = { sessions: [], nextPageToken: '' };
    expect(encodeMessage(ListSessionsResponse, empty)).toHaveLength(0);
  });
});
