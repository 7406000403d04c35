import { describe, expect, it } from 'vitest';
import type { WatchRow } from '../store.js';
import { partsOf } from './watch-keeping.js';

const most = { watchRowsPerCommit: 3, watchBytesPerCommit: 10 };
const row = (size: number): WatchRow => {
  return { kind: 'profile', name: 'w', bytes: new Uint8Array(size) };
};
const sizesOf = (...sizes: number[]) =>
  [...partsOf(sizes.map(row), most)].map((part) => part.map(({ bytes }) => bytes?.byteLength));

describe('the parts of what the watch keeps', () => {
  // breaks when: a bound is left out, or counts from the row before
  it.each([
    [[], []],
    [[1, 1, 1], [[1, 1, 1]]],
    [
      [1, 1, 1, 1],
      [[1, 1, 1], [1]],
    ],
    [
      [5, 5, 5],
      [[5, 5], [5]],
    ],
    [
      [10, 1],
      [[10], [1]],
    ],
    [
      [1, 11, 1],
      [[1], [11], [1]],
    ],
    [
      [11, 11],
      [[11], [11]],
    ],
  ])('of %j are %j', (sizes, parts) => {
    expect(sizesOf(...sizes)).toEqual(parts);
  });

  it('count a row that is to be forgotten, which has no bytes', () => {
    const gone: WatchRow = { kind: 'session', name: 's', bytes: undefined };
    expect([...partsOf([gone, gone, gone, gone], most)].map((part) => part.length)).toEqual([3, 1]);
  });
});
