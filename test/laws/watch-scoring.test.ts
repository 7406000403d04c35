import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  opened,
  startMillis,
  taught,
  undeclared,
} from '../../broker/src/detect/doubles/watched-actions.js';
import type { Action } from '../../broker/src/detect/watch/action.js';
import { Engine, type Judgement, type Watched } from '../../broker/src/detect/watch/engine.js';
import { WorkloadProfile } from '../../broker/src/detect/watch/workload-profile.js';
import { actionsOf, moves, strangeNames } from '../support/watch-actions.js';

/** A taught workload in an engine of its own, which has numbered all names in one order. */
function stage() {
  const engine = new Engine();
  const profile = taught(engine, 25);
  for (const name of strangeNames) profile.actions.idOf(name);
  return { engine, profile };
}

/** All of a profile but its sketches, whose bytes differ where their values do not. */
function learnedOf(profile: WorkloadProfile): unknown {
  return { ...profile.kept(), bits: undefined, fanouts: undefined, turns: undefined };
}

const play = (engine: Engine, watched: Watched, actions: readonly Action[]): Judgement[] =>
  actions.map((action) => engine.take(watched, action));

describe('the watch', () => {
  // breaks when: the sight keeps something of the action before, whosever it was
  it('scores a session the same alone and among any others, action by action', () => {
    fc.assert(
      fc.property(
        fc.array(moves, { minLength: 2, maxLength: 4 }),
        fc.infiniteStream(fc.nat()),
        (histories, picks) => {
          const alone = histories.map((history) => {
            const { engine, profile } = stage();
            return play(engine, opened(engine, profile), actionsOf(history));
          });
          const { engine, profile } = stage();
          const sessions = histories.map((history) => ({
            watched: opened(engine, profile),
            left: [...actionsOf(history)],
            judged: [] as Judgement[],
          }));
          for (;;) {
            const open = sessions.filter(({ left }) => left.length > 0);
            if (open.length === 0) break;
            const next = open[(picks.next().value ?? 0) % open.length] as (typeof sessions)[number];
            next.judged.push(engine.take(next.watched, next.left.shift() as Action));
          }
          expect(sessions.map(({ judged }) => judged)).toEqual(alone);
        },
      ),
      { numRuns: 40 },
    );
  });

  // breaks when: any part of the state or the lesson is left out of the snapshot
  it('goes on after a restart in the middle exactly as it would have', () => {
    fc.assert(
      fc.property(moves, moves, (before, after) => {
        const { engine, profile } = stage();
        const watched = opened(engine, profile);
        const first = actionsOf(before);
        play(engine, watched, first);
        const bytes = engine.snapshot(watched) as Uint8Array;
        const kept = JSON.stringify(profile.kept());

        const rest = actionsOf(after, first.at(-1)?.atMillis);
        const went = play(engine, watched, rest);

        const again = new Engine();
        const same = WorkloadProfile.from(JSON.parse(kept), () => {});
        const back = again.restore(Buffer.from(bytes), same, undeclared) as Watched;
        expect(play(again, back, rest)).toEqual(went);
        expect(back.terms).toEqual(watched.terms);
        for (const [one, at] of [
          [engine, watched],
          [again, back],
        ] as const)
          one.close(at, startMillis, 'always');
        expect(same.limits).toEqual(profile.limits);
        expect(learnedOf(same)).toEqual(learnedOf(profile));
      }),
      { numRuns: 60 },
    );
  });

  // breaks when: waiting lets evidence fade for as long as it lasts
  it('lets nobody come clean faster by waiting than by working', () => {
    fc.assert(
      fc.property(moves, fc.integer({ min: 30, max: 100_000 }), (history, waitSeconds) => {
        const after = (stepSeconds: number) => {
          const { engine, profile } = stage();
          const watched = opened(engine, profile);
          const actions = actionsOf(history);
          play(engine, watched, actions);
          const from = actions.at(-1)?.atMillis ?? startMillis;
          const usual = {
            ...(actions[0] as Action),
            name: 'contacts.read',
            resource: 'crm',
            isStrong: false,
          };
          const calm = { ...usual, denied: false, destinations: [], sensitivity: 'read' } as const;
          for (let at = stepSeconds; at <= waitSeconds && at <= 40 * stepSeconds; at += stepSeconds)
            engine.take(watched, { ...calm, atMillis: from + at * 1_000 });
          return engine.evidenceOf(watched);
        };
        expect(after(waitSeconds)).toBeGreaterThanOrEqual(after(Math.min(30, waitSeconds)) - 1e-4);
      }),
      { numRuns: 60 },
    );
  });
});
