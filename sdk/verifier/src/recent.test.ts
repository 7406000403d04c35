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

  it('holds each value once, also one that is set again after it has grown old', () => {
    const recent = new Recent<number>(4);
    for (const key of ['a', 'b', 'c']) recent.set(key, 1);
    recent.set('a', 2);
    expect([recent.size, recent.get('a')]).toEqual([3, 2]);
    recent.set('a', 3);
    expect([recent.size, recent.get('a')]).toEqual([3, 3]);
  });

  it('holds half its bound at least, and one value when its bound is less than two', () => {
    const recent = new Recent<number>(9);
    for (let at = 0; at < 4; at += 1) recent.set(`key ${at}`, at);
    expect(recent.size).toBe(4);
    for (let at = 0; at < 4; at += 1) expect(recent.get(`key ${at}`)).toBe(at);
    const tiny = new Recent<number>(0);
    tiny.set('a', 1);
    expect(tiny.get('a')).toBe(1);
    tiny.set('b', 2);
    expect([tiny.get('a'), tiny.get('b')]).toEqual([1, 2]);
    tiny.set('c', 3);
    expect(tiny.size).toBe(2);
  });

  it('moves what is read out of the old generation, once', () => {
    const recent = new Recent<number>(4);
    for (const key of ['a', 'b', 'c']) recent.set(key, 1);
    expect(recent.get('a')).toBe(1);
    expect(recent.size).toBe(3);
    recent.delete('a');
    expect(recent.get('a')).toBeUndefined();
  });
});
