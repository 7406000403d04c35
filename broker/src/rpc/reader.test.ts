import { CutRequest, IssueTokenRequest } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { decodeMessage } from './reader.js';

const good = Buffer.from(
  IssueTokenRequest.encode({
    audience: 'https://crm.example.internal',
    scopes: ['contacts:read'],
    lifetimeSeconds: 60,
  }).finish(),
);

/** Field 9, wire type 3: a group of no schema, so many levels deep. */
const groups = (depth: number) =>
  Buffer.concat([Buffer.alloc(depth, (9 << 3) | 3), Buffer.alloc(depth, (9 << 3) | 4)]);

const reasonOf = (bytes: Buffer) => {
  const decoded = decodeMessage(IssueTokenRequest, bytes);
  return decoded.ok ? 'ok' : decoded.error.reason;
};

describe('decodeMessage', () => {
  it('reads what the schema describes', () => {
    expect(decodeMessage(IssueTokenRequest, good)).toMatchObject({
      ok: true,
      value: { scopes: ['contacts:read'], lifetimeSeconds: 60 },
    });
  });

  it('passes over fields that it does not know', () => {
    const unknown = Buffer.from([((99 << 3) & 0xff) | 0x80, (99 << 3) >> 7, 7]);
    expect(reasonOf(Buffer.concat([good, unknown]))).toBe('ok');
  });

  it.each([
    ['a text that is not UTF-8', Buffer.from([0x0a, 2, 0xc3, 0x28])],
    ['a surrogate', Buffer.from([0x0a, 3, 0xed, 0xa0, 0x80])],
    ['a length beyond the end', Buffer.from([0x0a, 200, 1, 65])],
    [
      'a varint without an end',
      Buffer.from([0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
    ],
    ['half a varint', Buffer.from([0x18, 0x80])],
    ['bytes behind tag 0', Buffer.concat([Buffer.from([0]), good])],
    ['an end of a group that never began', Buffer.concat([good, Buffer.from([0x0c]), good])],
    ['wire type 6', Buffer.from([0x0e, 1])],
    ['groups 10,000 deep', groups(10_000)],
  ])('refuses %s', (_name, bytes) => {
    expect(reasonOf(bytes)).toBe('request_malformed');
  });

  it('reads the last of several that exclude each other', () => {
    const session = CutRequest.encode({
      target: { $case: 'sessionId', value: Buffer.alloc(16, 7) },
      reason: 'why',
    }).finish();
    const before = CutRequest.encode({
      target: { $case: 'beforeRevision', value: 9n },
      reason: '',
    }).finish();
    expect(decodeMessage(CutRequest, Buffer.concat([session, before]))).toMatchObject({
      ok: true,
      value: { target: { $case: 'beforeRevision', value: 9n }, reason: 'why' },
    });
  });
});
