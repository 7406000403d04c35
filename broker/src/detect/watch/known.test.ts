import { describe, expect, it } from 'vitest';
import { Known } from './known.js';

describe('Known', () => {
  it('knows what it has learned', () => {
    const known = new Known(10, () => {});
    known.learn('one');
    expect([known.has('one'), known.has('other'), [...known.names()]]).toEqual([
      true,
      false,
      ['one'],
    ]);
  });

  // breaks when: dropLeast may drop whatever is least, however often it was seen
  it('is full: what only one session has shown makes room, what several have does not', () => {
    let hits = 0;
    const known = new Known(3, () => {
      hits += 1;
    });
    for (const name of ['usual', 'usual', 'often', 'often', 'once']) known.learn(name);
    for (let nth = 0; nth < 1_000; nth += 1) known.learn(`flood-${nth}`);
    expect([known.size, known.has('usual'), known.has('often'), known.has('once')]).toEqual([
      3,
      true,
      true,
      false,
    ]);
    expect(hits).toBe(1_000);
  });

  it('is full of what several have shown: takes nothing new', () => {
    const known = new Known(1, () => {});
    for (const name of ['usual', 'usual', 'new']) known.learn(name);
    expect([known.has('usual'), known.has('new')]).toEqual([true, false]);
  });

  it('fades, and forgets what counts for almost nothing', () => {
    const known = new Known(10, () => {});
    for (const name of ['usual', 'usual', 'once']) known.learn(name);
    known.fade(0.03);
    expect([known.has('usual'), known.has('once')]).toEqual([true, false]);
  });

  it('comes to the same after it was kept', () => {
    const [one, other] = [new Known(10, () => {}), new Known(10, () => {})];
    for (const name of ['usual', 'usual', 'once']) one.learn(name);
    other.restore(one.kept());
    expect(other.kept()).toEqual([
      ['usual', 2],
      ['once', 1],
    ]);
  });
});
