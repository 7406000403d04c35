import { describe, expect, it } from 'vitest';
import { FairLine } from './fair-line.js';

const bounds = { lane: 3, witness: 5, all: 8 };

function takeAll(line: FairLine<string>): string[] {
  const taken: string[] = [];
  for (let item = line.take(); item !== undefined; item = line.take()) taken.push(item);
  return taken;
}

describe('a fair line', () => {
  it('keeps the order of a lane', () => {
    const line = new FairLine<string>(bounds);
    for (const item of ['1', '2', '3']) line.put('a', 'x', item);
    expect(takeAll(line)).toEqual(['1', '2', '3']);
    expect(line.waiting).toBe(0);
  });

  // breaks when: a witness that had its turn stays at the front
  it('gives turns to witnesses, and to the lanes of each', () => {
    const line = new FairLine<string>(bounds);
    for (const item of ['ax1', 'ax2', 'ax3']) line.put('a', 'x', item);
    line.put('a', 'y', 'ay1');
    line.put('b', 'x', 'bx1');
    line.put('b', 'x', 'bx2');
    expect(takeAll(line)).toEqual(['ax1', 'bx1', 'ay1', 'bx2', 'ax2', 'ax3']);
  });

  it('refuses what is beyond a bound, names it, and moves nobody', () => {
    const line = new FairLine<string>(bounds);
    const hits = ['x', 'x', 'x', 'x', 'y', 'y', 'y'].map((lane, at) =>
      line.put('a', lane, `${at}`),
    );
    const none = undefined;
    expect(hits).toEqual([none, none, none, 'lane', none, none, 'witness']);
    const others = ['1', '2', '3', '4'].map((item) => line.put(`b${item}`, 'x', item));
    expect(others).toEqual([undefined, undefined, undefined, 'all']);
    expect(line.waiting).toBe(8);
    expect(takeAll(line)).toHaveLength(8);
  });

  it('forgets everything at once', () => {
    const line = new FairLine<string>(bounds);
    line.put('a', 'x', '1');
    expect(line.clear()).toBe(1);
    expect(line.take()).toBeUndefined();
    expect(line.put('a', 'x', '2')).toBeUndefined();
  });
});
