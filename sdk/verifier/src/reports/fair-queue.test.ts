import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.js';
import { Fifo } from './fifo.js';

const drained = (queue: FairQueue<string>) => {
  const items: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) items.push(item);
  return items;
};

describe('FairQueue', () => {
  // breaks when: take puts the lane back in front.
  it('lets lanes take turns, so that a flood waits behind itself', () => {
    const queue = new FairQueue<string>({ max: 100, perLaneMax: 50 });
    for (let at = 0; at < 50; at += 1) queue.add('loud', `loud ${at}`);
    queue.add('quiet', 'quiet');
    expect(drained(queue).slice(0, 3)).toEqual(['loud 0', 'quiet', 'loud 1']);
  });

  it('takes no more than perLaneMax into a lane, and leaves room for others', () => {
    const queue = new FairQueue<string>({ max: 100, perLaneMax: 2 });
    expect([1, 2, 3].map((at) => queue.add('loud', `${at}`))).toEqual([true, true, false]);
    expect(queue.add('quiet', 'quiet')).toBe(true);
    expect(queue.size).toBe(3);
  });

  it('takes no more than max in all, and displaces nothing', () => {
    const queue = new FairQueue<string>({ max: 2, perLaneMax: 2 });
    expect(['a', 'b', 'c'].map((lane) => queue.add(lane, lane))).toEqual([true, true, false]);
    expect(drained(queue)).toEqual(['a', 'b']);
    expect(queue.first).toBeUndefined();
    expect(queue.add('c', 'c')).toBe(true);
  });

  it('keeps the order within a lane, and forgets empty lanes', () => {
    const queue = new FairQueue<string>({ max: 10, perLaneMax: 10 });
    for (const item of ['1', '2', '3']) queue.add('lane', item);
    expect(queue.first).toBe('1');
    expect(drained(queue)).toEqual(['1', '2', '3']);
    queue.add('lane', '4');
    expect(queue.first).toBe('4');
  });
});

describe('Fifo', () => {
  it('gives back what went in, in order, however far it has moved', () => {
    const fifo = new Fifo<number>();
    const out: number[] = [];
    for (let at = 0; at < 1_000; at += 1) {
      fifo.push(at);
      if (at % 3 !== 0) out.push(fifo.shift() as number);
    }
    while (fifo.size > 0) out.push(fifo.shift() as number);
    expect(out).toEqual(Array.from({ length: 1_000 }, (_, at) => at));
    expect(fifo.shift()).toBeUndefined();
    expect(fifo.size).toBe(0);
  });
});
