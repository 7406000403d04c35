import { describe, expect, it } from 'vitest';
import { BytesBeyond } from './bytes-beyond.js';

const bounds = { bytesBeyondCalls: 1_000, bytesBeyondCallsPerSecond: 100 };

describe('what a connection sends beyond its calls', () => {
  it('is spent when more came than may come in a row', () => {
    const bytes = new BytesBeyond(bounds);
    expect(bytes.isSpent(1_000, 0, bounds)).toBe(false);
    expect(bytes.isSpent(1_001, 0, bounds)).toBe(true);
  });

  it('comes back by time, and never to more than at first', () => {
    const bytes = new BytesBeyond(bounds);
    expect(bytes.isSpent(1_000, 0, bounds)).toBe(false);
    expect(bytes.isSpent(1_100, 1, bounds)).toBe(false);
    expect(bytes.isSpent(1_100, 3_600, bounds)).toBe(false);
    expect(bytes.isSpent(2_101, 0, bounds)).toBe(true);
  });

  // breaks when: pay is no longer taken off what came
  it('leaves out what calls brought, however much that is', () => {
    const bytes = new BytesBeyond(bounds);
    for (let second = 1; second <= 60; second += 1) {
      bytes.pay(50_000);
      expect(bytes.isSpent(second * 50_000, 1, bounds)).toBe(false);
    }
  });

  it('is not paid for by the calls of before', () => {
    const bytes = new BytesBeyond(bounds);
    bytes.pay(50_000);
    expect(bytes.isSpent(50_000, 1, bounds)).toBe(false);
    expect(bytes.isSpent(51_200, 1, bounds)).toBe(true);
  });
});
