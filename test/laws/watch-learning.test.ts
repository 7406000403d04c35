import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  actionOf,
  opened,
  startMillis,
  taught,
  theft,
  usualRun,
} from '../../broker/src/detect/doubles/watched-actions.js';
import { Engine } from '../../broker/src/detect/watch/engine.js';
import type { WorkloadProfile } from '../../broker/src/detect/watch/workload-profile.js';
import { actionsOf, moves } from '../support/watch-actions.js';

const dayMillis = 86_400_000;

/** All of a profile but the numbers of its names, which say nothing by themselves. */
function learnedOf(profile: WorkloadProfile): unknown {
  const { actions: _, ...learned } = profile.kept();
  return learned;
}

describe('a workload', () => {
  // breaks when: close learns whatever the risk was
  it('learns only from sessions that were never observed', () => {
    fc.assert(
      fc.property(moves, (history) => {
        const engine = new Engine();
        const profile = taught(engine, 12);
        const before = JSON.stringify(learnedOf(profile));
        const watched = opened(engine, profile);
        const judged = actionsOf(history).map((action) => engine.take(watched, action));
        const worst = Math.max(...judged.map(({ risk }) => risk));
        engine.close(watched, startMillis, 'when calm');
        const isSame = JSON.stringify(learnedOf(profile)) === before;
        const wasSeen = history.some(({ over }) => over.isStrong);
        expect(isSame).toBe(worst >= 0.35 || !wasSeen);
      }),
      { numRuns: 100 },
    );
  });

  // Law 11. breaks when: what was only told is noted in the lesson, or raises what counts as calm
  it('learns nothing at all from what was only told, and knows nothing the better for it', () => {
    fc.assert(
      fc.property(moves, (history) => {
        const engine = new Engine();
        const profile = taught(engine, 12);
        const before = JSON.stringify(profile.kept());
        const watched = opened(engine, profile);
        for (const action of actionsOf(history))
          engine.take(watched, { ...action, isStrong: false });
        engine.close(watched, startMillis, 'always');
        expect(JSON.stringify(profile.kept())).toBe(before);
      }),
      { numRuns: 60 },
    );
  });

  // Law 11. breaks when: what was told takes the first time away from what is seen
  it('has no theft look better for what the thief has told before', () => {
    const stolen = theft(startMillis + 3_600_000, 10);
    const evidenceAfter = (told: readonly ReturnType<typeof actionOf>[]) => {
      const engine = new Engine();
      const watched = opened(engine, taught(engine, 25));
      for (const action of [...usualRun(), ...told]) engine.take(watched, action);
      engine.forgive(watched);
      for (const action of stolen) engine.take(watched, action);
      return engine.evidenceOf(watched);
    };
    const plain = evidenceAfter([]);
    fc.assert(
      fc.property(moves, (history) => {
        const told = actionsOf(history, startMillis + 60_000).map((action) => ({
          ...action,
          isStrong: false,
        }));
        expect(evidenceAfter(told)).toBeGreaterThanOrEqual(plain - 1e-6);
      }),
      { numRuns: 40 },
    );
    expect(
      evidenceAfter(
        stolen.map((action) => ({ ...action, atMillis: startMillis + 90_000, isStrong: false })),
      ),
    ).toBeGreaterThanOrEqual(plain - 1e-6);
  });

  // breaks when: growthPerDay is 0.06, or the limit follows what was shown at once
  it('has no limit doubled in 14 days by who goes a little further each day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), (percent) => {
        const growth = percent / 100;
        const engine = new Engine();
        const profile = engine.profile('agent');
        const day = (nth: number, fanout: number) => {
          for (let session = 0; session < 25; session += 1) {
            const from = startMillis + nth * dayMillis + session * 60_000;
            const watched = opened(engine, profile);
            for (let at = 0; at < fanout; at += 1)
              engine.take(
                watched,
                actionOf({ atMillis: from + at * 10, destinations: [`d${at}`], isDeclared: true }),
              );
            engine.close(watched, from, 'always');
          }
        };
        day(0, 10);
        const before = profile.limits.fanout;
        for (let nth = 1; nth <= 14; nth += 1) day(nth, Math.round(10 * (1 + growth) ** nth));
        expect(profile.limits.fanout / before).toBeLessThan(2);
      }),
      { numRuns: 6 },
    );
  });

  it('has no pace doubled in 14 days by who is one per cent faster each day', () => {
    const engine = new Engine();
    const profile = taught(engine, 40);
    const before = profile.limits.habit;
    for (let nth = 1; nth <= 14; nth += 1) {
      for (let session = 0; session < 40; session += 1) {
        const from = startMillis + nth * dayMillis + session * 60_000;
        const watched = opened(engine, profile);
        for (const action of usualRun(from, 4_000 * 0.99 ** nth)) engine.take(watched, action);
        engine.close(watched, from, 'when calm');
      }
    }
    const { mean, within, between } = profile.limits.habit;
    const fastest = (habit: typeof before) =>
      Math.exp(habit.mean - Math.sqrt(habit.within + habit.between));
    expect(Math.exp(before.mean - mean)).toBeLessThan(1.2);
    expect(fastest(before) / fastest({ mean, within, between })).toBeLessThan(2);
  });
});
