import { describe, expect, it } from 'vitest';
import {
  actionOf,
  opened,
  startMillis,
  taught,
  theft,
  undeclared,
  usualRun,
} from '../../broker/src/detect/doubles/watched-actions.js';
import type { Action } from '../../broker/src/detect/watch/action.js';
import { type WatchBound, watchBounds } from '../../broker/src/detect/watch/bounds.js';
import { Engine, type Watched } from '../../broker/src/detect/watch/engine.js';

function stage() {
  const hits = new Map<WatchBound, number>();
  const engine = new Engine((name) => void hits.set(name, (hits.get(name) ?? 0) + 1));
  const profile = taught(engine, 25);
  return { hits, engine, profile, watched: opened(engine, profile) };
}

/** The most risk that a theft comes to, done in a way. */
function worst(change: (action: Action, nth: number) => Action, before: readonly Action[] = []) {
  const { hits, engine, watched } = stage();
  for (const action of [...usualRun(), ...before]) engine.take(watched, action);
  const risks = theft(startMillis + 30_000, 12).map(
    (action, nth) => engine.take(watched, change(action, nth)).risk,
  );
  expect(risks.every((risk) => risk >= 0 && risk <= 1)).toBe(true);
  return { risk: Math.max(...risks), hits, engine, watched };
}

const plain = worst((action) => action).risk;

describe('absurd times', () => {
  const absurd = [
    Number.NaN,
    -1,
    -startMillis,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    9.2e15,
    8.64e15,
  ];

  // breaks when: soundTime lets such a time through, or takes it for no time at all
  it.each(absurd)(
    '%d at every action of a theft makes it no cleaner, and is counted',
    (atMillis) => {
      const { risk, hits } = worst((action) => ({ ...action, atMillis }));
      expect(risk).toBeGreaterThanOrEqual(0.95);
      expect(hits.get('watchMillis')).toBe(12);
    },
  );

  it.each([...absurd, 0, watchBounds.watchMillis, startMillis - 1e11])(
    '%d once, before the theft, hides nothing of it',
    (atMillis) => {
      expect(worst((action) => action, [actionOf({ atMillis })]).risk).toBeGreaterThanOrEqual(
        plain - 0.02,
      );
    },
  );

  it('at random among good ones leave a state without a number that is none', () => {
    const { engine, watched } = worst((action, nth) => ({
      ...action,
      atMillis: [...absurd, action.atMillis][nth % 8],
    }));
    expect(engine.snapshot(watched)).not.toBe(undefined);
    expect(
      engine.restore(engine.snapshot(watched) as Uint8Array, watched.profile, undeclared),
    ).not.toBe(undefined);
    expect(Number.isFinite(engine.evidenceOf(watched))).toBe(true);
  });

  it('do not make a calm session suspect that has one of them', () => {
    const { engine, watched } = stage();
    for (const [nth, action] of usualRun().entries()) {
      const { level } = engine.take(
        watched,
        nth === 3 ? { ...action, atMillis: Number.NaN } : action,
      );
      expect(level).toBe('calm');
    }
  });
});

describe('hostile names', () => {
  const long = 'n'.repeat(10_000);
  const hostile: readonly (readonly [string, (nth: number) => string])[] = [
    ['10 KB each', (nth) => `${long}${nth}`],
    ['of control characters', (nth) => `\u0000\u001b[31m${nth}\r\n`],
    ['of lone surrogates', (nth) => `\ud800${nth}`],
    [
      'of what objects inherit',
      (nth) => ['__proto__', 'constructor', 'toString', 'hasOwnProperty'][nth % 4] as string,
    ],
    ['empty', () => ''],
  ];

  // breaks when: names that are folded are all one, or pass for known
  it.each(hostile)('%s make a theft no cleaner, and are told in print', (_, name) => {
    const { risk, watched } = worst((action, nth) => ({
      ...action,
      resource: name(nth % 3),
      name: name(nth),
      destinations: [name(nth)],
      network: name(nth),
      client: name(nth),
    }));
    expect(risk).toBeGreaterThanOrEqual(0.8);
    for (const { words, resource, action } of watched.terms) {
      const text = words + resource + action;
      expect(text.length).toBeLessThan(1_000);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested.
      expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }
  });

  it('of 10 KB are not kept: memory, history and snapshot stay small', () => {
    const { engine, profile, watched, hits } = stage();
    const known = profile.actions.size;
    for (let nth = 0; nth < 2_000; nth += 1) {
      const name = `${long}${nth}`;
      engine.take(
        watched,
        actionOf({
          atMillis: startMillis + nth,
          resource: name,
          name,
          destinations: [name],
          network: name,
          client: name,
          device: name,
        }),
      );
    }
    expect(profile.actions.size).toBe(known);
    expect(engine.snapshot(watched)?.length).toBeLessThan(watchBounds.watchSnapshotBytes);
    engine.close(watched, startMillis, 'always');
    expect(JSON.stringify(profile.kept()).length).toBeLessThan(500_000);
    expect(hits.get('watchNameChars')).toBeGreaterThan(2_000);
  });
});

describe('a flood', () => {
  // breaks when: what is beyond a bound is dropped without a look
  it('of a million systems in one session is bounded, counted, and suspicious to its end', () => {
    const { engine, profile, watched, hits } = stage();
    let lowest = 1;
    for (let nth = 0; nth < 1_000_000; nth += 1) {
      const { risk } = engine.take(
        watched,
        actionOf({ atMillis: startMillis + nth, resource: `s${nth}`, name: 'read' }),
      );
      if (nth > 50) lowest = Math.min(lowest, risk);
    }
    expect(lowest).toBeGreaterThanOrEqual(0.55);
    expect(profile.actions.size).toBe(watchBounds.watchActions);
    expect(hits.get('watchActions')).toBeGreaterThan(900_000);
    expect([watched.lesson.size, watched.terms.length <= watchBounds.watchTerms]).toEqual([
      watchBounds.watchLessons,
      true,
    ]);
  });

  it('of destinations in one action, and in many, is bounded, counted and seen', () => {
    const { engine, watched, hits } = stage();
    const many = Array.from({ length: 100_000 }, (_, nth) => `d${nth}`);
    expect(
      engine.take(watched, actionOf({ destinations: many, sensitivity: 'write' })).risk,
    ).toBeGreaterThan(0.5);
    for (let nth = 0; nth < 1_000; nth += 1)
      engine.take(
        watched,
        actionOf({ atMillis: startMillis + nth, destinations: [`e${nth}`], sensitivity: 'write' }),
      );
    expect(engine.riskOf(watched).risk).toBeGreaterThanOrEqual(0.95);
    expect(watched.lesson.set('pairs').size).toBe(watchBounds.watchPairs);
    expect([hits.get('watchActionDestinations'), (hits.get('watchPairs') ?? 0) > 400]).toEqual([
      1,
      true,
    ]);
  });

  it('of networks in one session teaches a few of them and counts against it', () => {
    const { engine, watched } = stage();
    for (let nth = 0; nth < 5_000; nth += 1)
      engine.take(
        watched,
        actionOf({ atMillis: startMillis + nth, network: `n${nth}`, binding: 'none' }),
      );
    expect(engine.riskOf(watched).risk).toBeGreaterThanOrEqual(0.55);
    expect(watched.lesson.set('networks').size).toBe(8);
  });

  // breaks when: a number beyond the bound passes for one that is known
  it('that fills the names of a workload does not make what comes later usual', () => {
    const { engine, profile } = stage();
    const flooder = opened(engine, profile);
    for (let nth = 0; nth < 5_000; nth += 1)
      engine.take(flooder, actionOf({ atMillis: startMillis + nth, name: `made-up-${nth}` }));
    engine.close(flooder, startMillis, 'when calm');
    for (let session = 0; session < 40; session += 1) {
      const calm = opened(engine, profile) as Watched;
      const from = startMillis + session * 600_000;
      for (const action of [
        ...usualRun(from),
        actionOf({ atMillis: from + 40_000, name: 'quite-new' }),
      ])
        engine.take(calm, action);
      engine.close(calm, from, 'when calm');
    }
    const thief = opened(engine, profile);
    const risks = theft(startMillis + 40_000_000, 12).map(
      (action) => engine.take(thief, action).risk,
    );
    expect(Math.max(...risks)).toBeGreaterThanOrEqual(plain - 0.1);
  });
});

describe('what was only told', () => {
  it('cannot bring the risk of a theft down, whatever and however much of it', () => {
    const { engine, watched } = worst((action) => action);
    const { risk } = engine.riskOf(watched);
    for (let nth = 0; nth < 5_000; nth += 1)
      engine.take(
        watched,
        actionOf({
          atMillis: startMillis + 31_320,
          isStrong: false,
          network: '192.0.2.0/24',
          binding: 'bound',
        }),
      );
    expect(engine.riskOf(watched).risk).toBeGreaterThanOrEqual(risk - 1e-3);
  });

  // breaks when: what was told fills the turn, or teaches the session's own pace
  it('cannot cover the pace of a theft, by calls between or by a fast hour before', () => {
    const paceOf = (covers: boolean) => {
      const { engine, watched } = stage();
      for (const action of usualRun()) engine.take(watched, action);
      for (let nth = 0; covers && nth < 2_000; nth += 1)
        engine.take(watched, actionOf({ atMillis: startMillis + 21_000 + nth, isStrong: false }));
      for (const action of theft(startMillis + 30_000, 12, 2_300)) {
        const cover = actionOf({ atMillis: (action.atMillis as number) - 400, isStrong: false });
        for (const one of covers ? [cover, action] : [action]) engine.take(watched, one);
      }
      const own = watched.terms.filter(({ kind }) => kind === 'pace').map(({ added }) => added);
      return own.map((added) => added.toFixed(4));
    };
    expect(paceOf(false).length).toBeGreaterThan(3);
    expect(paceOf(true)).toEqual(paceOf(false));
  });
});
