import { describe, expect, it } from 'vitest';
import { systemEntropy } from './entropy.js';

describe('the entropy of the machine', () => {
  it.each([0, 1, 16, 24, 32, 4_095, 4_096, 4_097, 100_000])(
    'gives %i bytes when asked',
    (length) => {
      const entropy = systemEntropy();
      expect(entropy.bytes(length)).toHaveLength(length);
      expect(entropy.bytes(length)).toHaveLength(length);
    },
  );

  // breaks when: the page is not moved on, or its rest is padded at the boundary
  it('never gives the same bytes twice, over many pages and at their boundaries', () => {
    const entropy = systemEntropy();
    const seen = new Set<string>();
    for (let at = 0; at < 5_000; at += 1) {
      const length = 8 + (at % 37);
      const bytes = entropy.bytes(length);
      seen.add(Buffer.from(bytes.subarray(0, 8)).toString('hex'));
      expect(bytes.subarray(-8).some((byte) => byte !== 0)).toBe(true);
    }
    expect(seen.size).toBe(5_000);
  });

  // breaks when: a view of the page is given instead of a copy
  it('gives bytes that are the caller’s own', () => {
    const entropy = systemEntropy();
    const first = entropy.bytes(16);
    const second = entropy.bytes(16);
    const before = Buffer.from(second).toString('hex');
    expect(first.buffer).not.toBe(second.buffer);
    expect(first.buffer.byteLength).toBe(16);
    first.fill(0);
    expect(Buffer.from(second).toString('hex')).toBe(before);
  });

  it('gives other bytes to another source', () => {
    const [one, other] = [systemEntropy().bytes(32), systemEntropy().bytes(32)];
    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(false);
  });

  it('is spread over all values', () => {
    const counts = new Array<number>(256).fill(0);
    for (const byte of systemEntropy().bytes(256 * 400)) counts[byte] = (counts[byte] ?? 0) + 1;
    // Each is 400 on average with a deviation of 20: seven of them are never seen by chance.
    expect(Math.min(...counts)).toBeGreaterThan(260);
    expect(Math.max(...counts)).toBeLessThan(540);
  });
});
