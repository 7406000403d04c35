import { ReadHistoryRequest, ReadHistoryResponse } from '@creance/proto/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HistoryMark } from '../domain/history.js';
import { readReadHistory, writeReadHistory } from './convert-history.js';

const read = (parts: Partial<ReadHistoryRequest>) =>
  readReadHistory(
    ReadHistoryRequest.encode({
      workload: '',
      sinceUnixMicros: 0n,
      pageToken: '',
      ...parts,
    }).finish(),
  );
const tokenOf = (next: HistoryMark) =>
  ReadHistoryResponse.decode(writeReadHistory({ lines: Buffer.alloc(0), next, isGapped: false }))
    .nextPageToken;
const fieldOf = (result: ReturnType<typeof read>) =>
  result.ok ? undefined : result.error.fields?.[0]?.field;

describe('ReadHistory on the wire', () => {
  it('asks for all of it, from the oldest on, when nothing is named', () => {
    const all = { workload: undefined, sinceMillis: 0, from: undefined };
    expect(read({})).toEqual({ ok: true, value: all });
  });

  it('asks by workload and in milliseconds', () => {
    expect(read({ workload: 'triage', sinceUnixMicros: 1_500_250n })).toMatchObject({
      value: { workload: 'triage', sinceMillis: 1_500.25 },
    });
  });

  it('takes the highest time for later than every line', () => {
    const asked = read({ sinceUnixMicros: 2n ** 64n - 1n });
    expect(asked.ok && Number.isFinite(asked.value.sinceMillis)).toBe(true);
    expect(asked.ok && asked.value.sinceMillis).toBeGreaterThan(Date.UTC(9999, 0));
  });

  it('gives the lines as they are, and names no next page on the last one', () => {
    const lines = Buffer.from('{"a":"ü"}\n');
    const reply = writeReadHistory({ lines, next: undefined, isGapped: true });
    expect(ReadHistoryResponse.decode(reply)).toEqual({ lines, nextPageToken: '', isGapped: true });
  });

  it('gives back every mark that it gave out', () => {
    const six = fc.maxSafeNat().map((number) => number % 2 ** 48);
    fc.assert(
      fc.property(
        six.map((segment) => Math.max(1, segment)),
        six,
        (segment, offset) => {
          const from = { segment, offset };
          expect(read({ pageToken: tokenOf(from) })).toMatchObject({ value: { from } });
        },
      ),
    );
  });

  // breaks when: a token is taken in more forms than the one that was given out
  it.each([
    ['a path', '../../../../etc'],
    ['one of the length of a token', '../../../../etc/'],
    ['numbers', '1-0'],
    ['half of one', tokenOf({ segment: 1, offset: 0 }).slice(0, 8)],
    ['one with more behind it', `${tokenOf({ segment: 1, offset: 0 })}AAAA`],
    ['one padded', `${tokenOf({ segment: 1, offset: 0 }).slice(0, 14)}==`],
    ['one in the other alphabet', `${tokenOf({ segment: 1, offset: 2 ** 48 - 1 }).slice(0, 15)}/`],
    ['no segment', 'A'.repeat(16)],
    ['control characters', '\u0000'.repeat(16)],
    ['100 KB', 'A'.repeat(40_000)],
  ])('refuses a page token that is none: %s', (_name, pageToken) => {
    expect(fieldOf(read({ pageToken }))).toBe('page_token');
  });

  it('refuses a name that no workload has', () => {
    expect(fieldOf(read({ workload: 'x'.repeat(65) }))).toBe('workload');
  });

  it('refuses what is no message', () => {
    expect(readReadHistory(Buffer.from([0xff])).ok).toBe(false);
  });
});
