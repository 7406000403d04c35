import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openRate } from './rate.js';

describe('a rate', () => {
  it('lets the burst through at once and then one each interval', () => {
    const rate = openRate(3, 10, 10);
    for (let at = 0; at < 3; at += 1) expect(rate.take('a', 1_000)).toBe(0);
    expect(rate.take('a', 1_000)).toBeCloseTo(100);
    expect(rate.take('a', 1_099)).toBeCloseTo(1);
    expect(rate.take('a', 1_100)).toBe(0);
    expect(rate.take('a', 1_100)).toBeCloseTo(100);
  });

  // breaks when: a refusal takes one too: then whoever knocks on is locked out for good
  it('takes nothing when it refuses', () => {
    const rate = openRate(1, 1, 10);
    rate.take('a', 0);
    for (let knock = 1; knock < 1_000; knock += 1) expect(rate.take('a', knock)).toBeGreaterThan(0);
    expect(rate.take('a', 1_000)).toBe(0);
  });

  it('gives the whole burst back after rest, and never more', () => {
    const rate = openRate(3, 10, 10);
    for (let at = 0; at < 3; at += 1) rate.take('a', 0);
    for (let at = 0; at < 3; at += 1) expect(rate.take('a', 1_000_000)).toBe(0);
    expect(rate.take('a', 1_000_000)).toBeGreaterThan(0);
  });

  it('keeps keys apart', () => {
    const rate = openRate(1, 1, 10);
    for (const key of ['a', 'b', '__proto__', '']) expect(rate.take(key, 0)).toBe(0);
    for (const key of ['a', 'b', '__proto__', '']) expect(rate.take(key, 0)).toBeGreaterThan(0);
  });

  it('peeks without taking', () => {
    const rate = openRate(1, 1, 10);
    for (let at = 0; at < 10; at += 1) expect(rate.peek('a', 0)).toBe(0);
    rate.take('a', 0);
    expect(rate.peek('a', 400)).toBeCloseTo(600);
    expect(rate.peek('a', 1_000)).toBe(0);
    expect(rate.peek('nobody', 0)).toBe(0);
  });

  // breaks when: a busy key is forgotten to make room: then a flood of keys lifts everybody's bound
  it('refuses a new key when it remembers as many busy ones as it may', () => {
    const rate = openRate(2, 1, 3);
    for (const key of ['a', 'b', 'c']) expect(rate.take(key, 0)).toBe(0);
    expect(rate.take('d', 0)).toBeGreaterThan(0);
    for (const key of ['a', 'b', 'c']) expect(rate.take(key, 0)).toBe(0);
    for (const key of ['a', 'b', 'c']) expect(rate.take(key, 0)).toBeGreaterThan(0);
    expect(rate.take('d', 2_000)).toBe(0);
  });

  it('makes room by forgetting keys that are idle again', () => {
    const rate = openRate(1, 1, 2);
    rate.take('idle', 0);
    rate.take('busy', 900);
    expect(rate.take('new', 1_000)).toBe(0);
    expect(rate.take('busy', 1_000)).toBeGreaterThan(0);
  });

  it('does what a bucket of tokens does', () => {
    const asks = fc.array(
      fc.record({ gap: fc.nat({ max: 400 }), key: fc.constantFrom('a', 'b') }),
      {
        maxLength: 100,
      },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(4, 8, 10),
        asks,
        (burst, perSecond, all) => {
          const rate = openRate(burst, perSecond, 10);
          // Counted in milli-tokens, so that the model is exact.
          const buckets = new Map<string, { tokens: number; at: number }>();
          let now = 0;
          for (const { gap, key } of all) {
            now += gap;
            const { tokens, at } = buckets.get(key) ?? { tokens: burst * 1_000, at: now };
            const filled = Math.min(burst * 1_000, tokens + (now - at) * perSecond);
            const goes = filled >= 1_000;
            expect(rate.peek(key, now) === 0).toBe(goes);
            const wait = rate.take(key, now);
            expect(wait).toBeCloseTo(goes ? 0 : (1_000 - filled) / perSecond, 6);
            buckets.set(key, { tokens: goes ? filled - 1_000 : filled, at: now });
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
