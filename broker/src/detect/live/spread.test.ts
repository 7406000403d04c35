import { describe, expect, it } from 'vitest';
import { actionOf, opened, startMillis, taught, undeclared } from '../doubles/watched-actions.js';
import type { Action } from '../watch/action.js';
import { Engine } from '../watch/engine.js';
import { Envelope } from '../watch/envelope.js';
import { Spread } from './spread.js';

const last = { atMillis: startMillis, resource: 'crm' };

function stage(envelope: Envelope = undeclared) {
  const engine = new Engine();
  const profile = taught(engine);
  let count = 0;
  /** The first action of a session of its own. */
  const first = (spread: Spread, over: Partial<Action>) => {
    count += 1;
    const watched = opened(engine, profile);
    watched.envelope = envelope;
    const action = actionOf({ atMillis: startMillis + 200, ...over });
    engine.take(watched, action);
    return spread.take(`session ${count}`, watched, action);
  };
  return { engine, profile, first };
}

const strange = { resource: 'vault', name: 'secrets.read' } as const;

describe('Spread', () => {
  it('finds a first action too fast after the rest of the tree by a step that nobody begins with', () => {
    const { first } = stage();
    const [found] = first(new Spread(last), strange);
    expect(found).toMatchObject({ rule: 'pace', kind: 'pace', words: expect.stringMatching(/\d/) });
    expect(found?.added).toBeGreaterThan(0.5);
  });

  it('finds nothing in a usual beginning, in a slow one, nor where nothing went before', () => {
    const { first } = stage();
    expect(first(new Spread(last), { name: 'contacts.search' })).toEqual([]);
    expect(first(new Spread(last), { ...strange, atMillis: startMillis + 9_000 })).toEqual([]);
    expect(first(new Spread(undefined), strange)).toEqual([]);
  });

  it('takes no word of an agent, and no time that cannot be or lies before', () => {
    const { first } = stage();
    for (const over of [
      { isStrong: false },
      { atMillis: undefined },
      { atMillis: Number.NaN },
      { atMillis: startMillis - 1 },
    ])
      expect(first(new Spread(last), { ...strange, ...over })).toEqual([]);
  });

  // breaks when: the bound of a turn, or of what was begun with already, is left out
  it('counts a beginning once, and one of a turn as the most improbable of it', () => {
    const { first } = stage();
    const spread = new Spread(last);
    const added = ['a', 'a', 'b', 'c'].map((name) => first(spread, { ...strange, name }).length);
    expect(added).toEqual([1, 0, 0, 0]);
    const later = first(spread, { ...strange, name: 'd', atMillis: startMillis + 500 });
    expect(later).toHaveLength(1);
  });

  it('allows more new destinations to more sessions, though not each as many', () => {
    const { first } = stage();
    const reaching = (sessions: number, each: number) => {
      const spread = new Spread(undefined);
      return Array.from({ length: sessions }, (_, nth) =>
        first(spread, {
          name: 'contacts.search',
          destinations: Array.from({ length: each }, (_one, which) => `new ${nth} ${which}`),
        }),
      )
        .flat()
        .reduce((sum, { added }) => sum + added, 0);
    };
    expect(reaching(2, 2)).toBe(0);
    expect(reaching(16, 3)).toBeGreaterThan(0.5);
    // What one session reaches alone is its own evidence already.
    expect(reaching(1, 40)).toBe(0);
  });

  it('counts no destination that is known or that the task names, and goes by what is declared', () => {
    const known = { name: 'contacts.search', destinations: ['ada'] };
    const { first } = stage();
    const spread = new Spread(undefined);
    for (let nth = 0; nth < 40; nth += 1) {
      const named = { destinations: [`new ${nth}`], isDeclared: true };
      for (const over of [known, { ...known, ...named }]) expect(first(spread, over)).toEqual([]);
    }
    const pace = { turnsPerMinute: undefined, burst: undefined, fanout: 1 };
    const none = { systems: undefined, transitions: undefined, destinations: undefined };
    const declared = stage(new Envelope({ ...pace, ...none }));
    const narrow = new Spread(undefined);
    const found = [0, 1, 2, 3, 4].flatMap((nth) =>
      declared.first(narrow, { ...known, destinations: [`new ${nth}`] }),
    );
    expect(found.map(({ rule }) => rule)).toContain('fanout');
  });

  it('is bounded, and goes on as it was kept', () => {
    const { first } = stage();
    const spread = new Spread(last);
    for (let nth = 0; nth < 400; nth += 1)
      first(spread, { ...strange, name: `n${nth}`, destinations: [`d${nth}`] });
    const kept = spread.kept();
    expect(kept.firsts.length).toBe(256);
    expect(JSON.stringify(kept).length).toBeLessThan(100_000);
    expect(new Spread(undefined, JSON.parse(JSON.stringify(kept))).kept()).toEqual(kept);
  });
});
