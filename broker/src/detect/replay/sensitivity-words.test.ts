import { describe, expect, it } from 'vitest';
import { guessSensitivity } from './sensitivity-words.js';

describe('guessSensitivity', () => {
  it.each([
    ['ListBuckets', 'read'],
    ['search_messages', 'read'],
    ['send_money', 'write'],
    ['CreateAccessKey', 'write_admin'],
    ['StopLogging', 'evidence_removal'],
    ['delete audit trail', 'evidence_removal'],
    ['GetSecretValue', 'auth'],
    ['', 'write'],
    ['\u0000\u0000', 'write'],
  ])('takes %s for %s', (name, sensitivity) => {
    expect(guessSensitivity(name)).toBe(sensitivity);
  });

  it('reads only so much of a name', () => {
    expect(guessSensitivity(`${'x'.repeat(10_240)}Secret`)).toBe('write');
  });
});
