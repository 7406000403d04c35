import { describe, expect, it } from 'vitest';
import { Names, otherName } from './names.js';

describe('Names', () => {
  it('numbers names in the order of their first sight', () => {
    const names = new Names(10, 10, () => {});
    expect(['a', 'b', 'a'].map((name) => names.idOf(name))).toEqual([1, 2, 1]);
    expect([names.nameOf(2), names.knownId('b'), names.knownId('c')]).toEqual(['b', 2, otherName]);
  });

  // breaks when: idOf gives a number beyond the bound
  it('folds what is beyond its bound into other, counts it, and knows the first ones still', () => {
    let hits = 0;
    const names = new Names(2, 10, () => {
      hits += 1;
    });
    const ids = ['a', 'b', 'c', 'd', 'a'].map((name) => names.idOf(name));
    expect([ids, hits, names.size]).toEqual([[1, 2, otherName, otherName, 1], 2, 2]);
    expect(names.nameOf(otherName)).toBe('other');
  });

  // breaks when: idOf does not ask how many names begin with the same word
  it('gives one resource no more than its share, also of what was put back', () => {
    const hits: string[] = [];
    const names = new Names(10, 2, (bound) => hits.push(bound));
    names.place('crm a', 1);
    const ids = ['crm b', 'crm c', 'mail a'].map((name) => names.idOf(name));
    expect([ids, hits]).toEqual([[2, otherName, 3], ['watchResourceActions']]);
  });

  it('puts names back at their numbers, in any order', () => {
    const names = new Names(5, 10, () => {});
    expect([names.place('c', 3), names.place('a', 1)]).toEqual([true, true]);
    expect([names.idOf('d'), names.knownId('c'), names.nameOf(2)]).toEqual([4, 3, 'other']);
    expect(names.all()).toEqual(['a', '', 'c', 'd']);
  });

  // breaks when: place does not look whether the number is taken
  it('puts no name back where another is, at no number, or beyond its bound', () => {
    const names = new Names(5, 10, () => {});
    names.idOf('a');
    expect([
      names.place('b', 1),
      names.place('a', 2),
      names.place('b', otherName),
      names.place('b', 6),
      names.place('b', 60_000),
    ]).toEqual([false, false, false, false, false]);
    expect(names.all()).toEqual(['a']);
  });

  it('gives no number beyond its bound either when numbers were left out', () => {
    const names = new Names(3, 10, () => {});
    names.place('c', 3);
    expect([names.idOf('d'), names.size]).toEqual([otherName, 1]);
  });
});
