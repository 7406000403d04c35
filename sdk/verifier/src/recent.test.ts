import { describe, expect, it } from 'vitest';
import { Recent } from './recent.js';

describe('Recent', () => {
  it('holds no more than its bound, whatever comes', () => {
    const recent = new Recent<number>(10);
    for (let at = 0; at < 1_000; at += 1) {
      recent.set(`key ${at}`, at);
      recent.get(`key ${at - 5}`);
      expect(recent.size).toBeLessThanOrEqual(10);
    }
    expect(recent.get('key 999')).toBe(999);
    expect(recent.get('key 1')).toBeUndefined();
  });

  it('keeps what is used', () => {
    const recent = new Recent<string>(10);
    recent.set('used', 'still here');
    for (let at = 0; at < 100; at += 1) {
      recent.set(`key ${at}`, '');
      expect(recent.get('used')).toBe('still here');
    }
  });

  it('drops a value from wherever it is', () => {
    const recent = new Recent<number>(4);
    for (const key of ['a', 'b', 'c']) recent.set(key, 1);
    for (const key of ['a', 'b', 'c']) recent.delete(key);
    expect(recent.size).toBe(0);
  });
});
