import { describe, expect, it } from 'vitest';
import { Changed, Round } from './rounds.js';

describe('Changed', () => {
  // breaks when: who changes again goes to the end, or a take begins at the first that ever changed
  it('gives each once, and who waits for longest first, however often others change', () => {
    const changed = new Changed<string>();
    for (const item of ['a', 'b', 'c']) changed.add(item);
    expect(changed.take(2)).toEqual(['a', 'b']);
    for (const item of ['a', 'c', 'b']) changed.add(item);
    expect(changed.take(2)).toEqual(['c', 'a']);
    expect(changed.take(2)).toEqual(['b']);
    expect(changed.take(2)).toEqual([]);
  });

  it('takes none when there is no room, and forgets who is gone', () => {
    const changed = new Changed<string>();
    changed.add('a');
    expect(changed.take(-3)).toEqual([]);
    changed.delete('a');
    expect(changed.take(1)).toEqual([]);
  });
});

describe('Round', () => {
  // breaks when: every call begins at the first: then the later ones are never looked at
  it('comes to all of them, so many at a time, and begins again', () => {
    const items = new Set([1, 2, 3, 4, 5]);
    const round = new Round(() => items.values());
    expect([...round.next(2)]).toEqual([1, 2]);
    items.delete(3);
    expect([...round.next(2)]).toEqual([4, 5]);
    expect([...round.next(2)]).toEqual([]);
    expect([...round.next(9)]).toEqual([1, 2, 4, 5]);
    expect([...round.next(1)]).toEqual([1]);
  });
});
