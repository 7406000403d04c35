import { describe, expect, it } from 'vitest';
import type { Instant } from '../domain/instant.js';
import { parseSince } from './record-since.js';

const now = (Date.UTC(2026, 0, 31, 12) * 1_000) as Instant;
const since = (text: string) => {
  const found = parseSince(text, now);
  return found === undefined ? undefined : new Date(found / 1_000).toISOString();
};

describe('--since', () => {
  it.each([
    ['90m', '2026-01-31T10:30:00.000Z'],
    ['12h', '2026-01-31T00:00:00.000Z'],
    ['7d', '2026-01-24T12:00:00.000Z'],
    ['2w', '2026-01-17T12:00:00.000Z'],
    ['0d', '2026-01-31T12:00:00.000Z'],
    ['999999w', '1970-01-01T00:00:00.000Z'],
    ['2026-01-30', '2026-01-30T00:00:00.000Z'],
    ['2026-01-30T09:00Z', '2026-01-30T09:00:00.000Z'],
    ['2026-01-30T09:00:00+02:00', '2026-01-30T07:00:00.000Z'],
    ['2026-01-30T09:00:00.25Z', '2026-01-30T09:00:00.250Z'],
    ['0001-01-01', '1970-01-01T00:00:00.000Z'],
  ])('reads %s', (text, instant) => {
    expect(since(text)).toBe(instant);
  });

  // breaks when: a time without a zone is read as that of this machine
  it.each([
    '',
    '7',
    'd',
    '-7d',
    '7.5d',
    '7 d',
    '7dd',
    '9999999d',
    '7y',
    'yesterday',
    '2026-01-30T09:00:00',
    '2026-02-30T09:00:00Zx',
    '2026-13-01',
    '2026-1-1',
    '1769764800',
  ])('does not read "%s"', (text) => {
    expect(since(text)).toBeUndefined();
  });
});
