import { describe, expect, it } from 'vitest';
import { FakeEntropy } from '../doubles/fake-entropy.js';
import { between, systemEntropy } from './entropy.js';

describe('systemEntropy', () => {
  it('gives ids of the length asked for, never twice the same', () => {
    const ids = new Set(Array.from({ length: 1_000 }, () => systemEntropy.text(16)));
    expect(ids.size).toBe(1_000);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('gives fractions from 0 up to 1', () => {
    for (let i = 0; i < 1_000; i += 1) {
      const fraction = systemEntropy.fraction();
      expect(fraction).toBeGreaterThanOrEqual(0);
      expect(fraction).toBeLessThan(1);
    }
  });
});

describe('between', () => {
  it('stays inside its range', () => {
    expect(between(new FakeEntropy(0), 2, 4)).toBe(2);
    expect(between(new FakeEntropy(0.5), 2, 4)).toBe(3);
    expect(between(new FakeEntropy(0.999), 2, 4)).toBeLessThan(4);
  });
});
