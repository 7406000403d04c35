import { describe, expect, it } from 'vitest';
import {
  actionOf,
  emptyProfile,
  startMillis,
  stateOf,
  taught,
  undeclared,
} from '../doubles/watched-actions.js';
import type { Action } from './action.js';
import { Chain } from './chain.js';
import { Engine } from './engine.js';
import { Lesson } from './lesson.js';
import { look } from './look.js';
import { emptySight, type Sight } from './sight.js';
import { halves } from './state-layout.js';
import type { WorkloadProfile } from './workload-profile.js';

/** What is seen of each action of one session, in turn. */
function looks(
  actions: readonly Partial<Action>[],
  profile: WorkloadProfile = emptyProfile(),
): Sight[] {
  const slab = stateOf();
  slab.setHalf(halves.before, Chain.start);
  slab.setHalf(halves.earlier, Chain.start);
  const lesson = new Lesson();
  return actions.map((over) => {
    const action = actionOf(over);
    const sight = emptySight();
    sight.profile = profile;
    sight.limits = profile.limits;
    sight.envelope = undeclared;
    sight.named = profile.named.name(action.resource, action.name, action.isStrong);
    sight.lesson = lesson;
    look(sight, slab, action);
    if (action.isStrong)
      for (const one of action.destinations) lesson.notePair(`${sight.name}>${one}`);
    return sight;
  });
}

const after = (millis: number, over: Partial<Action> = {}) => ({
  atMillis: startMillis + millis,
  ...over,
});

describe('look', () => {
  it('tells the first of a step from its return, and the change of system', () => {
    const [a, b] = [{ name: 'read' }, { name: 'send', resource: 'mail' }];
    const sights = looks([a, b, a, b]);
    expect(sights.map(({ isFirstStep, isSwitch }) => [isFirstStep, isSwitch])).toEqual([
      [true, false],
      [true, true],
      [true, true],
      [false, true],
    ]);
  });

  it('tells systems and actions that the workload has never shown, once each', () => {
    const profile = taught(new Engine());
    const sights = looks(
      [{}, { resource: 'vault', name: 'read' }, { resource: 'vault', name: 'read' }],
      profile,
    );
    expect(sights.map(({ isNewSystem, isNewAction }) => [isNewSystem, isNewAction])).toEqual([
      [false, false],
      [true, true],
      [false, false],
    ]);
  });

  it('gives no gap to the first action, and then that between turns', () => {
    const gaps = looks([after(0), after(4_000), after(4_500)]).map(({ gap }) => gap);
    expect(gaps[0]).toBe(undefined);
    expect(gaps.slice(1).map((gap) => Math.exp(gap as number).toFixed(2))).toEqual([
      '4.00',
      '0.50',
    ]);
  });

  // breaks when: calls of one turn are each taken for a turn
  it('folds calls of 150 milliseconds into one turn, up to as many as are usual', () => {
    const calls = Array.from({ length: 12 }, (_, at) => after(5_000 + at * 10));
    const gaps = looks([after(0), ...calls]).map(({ gap }) => gap !== undefined);
    expect(gaps).toEqual([false, true, ...Array(7).fill(false), ...Array(4).fill(true)]);
  });

  // breaks when: any call within 150 milliseconds is of the turn
  it('does not fold a call that goes where the workload does not go', () => {
    const profile = taught(new Engine(), 15);
    const call = (over: Partial<Action>) =>
      looks([after(0), after(5_000), after(5_010, over)], profile)[2]?.gap;
    expect(call({ name: 'contacts.read' })).toBe(undefined);
    expect(call({ resource: 'vault', name: 'secrets.read' })).toBeLessThan(Math.log(0.1));
  });

  it('counts the destinations of a minute, and not those of the minute before', () => {
    const many = Array.from({ length: 12 }, (_, at) =>
      after(at * 100, { destinations: [`d${at}`] }),
    );
    const counts = looks([...many, after(120_000, { destinations: ['e'] })]).map(
      ({ destinations }) => destinations,
    );
    expect(Math.round(counts[11] as number)).toBeGreaterThanOrEqual(10);
    expect(Math.round(counts[12] as number)).toBe(1);
  });

  it('tells destinations that are new with this action and with any', () => {
    const profile = taught(new Engine());
    const ada = { destinations: ['ada'] };
    const sights = looks(
      [
        { resource: 'mail', name: 'send', ...ada },
        ada,
        { destinations: ['eve', 'ada'] },
        { destinations: ['eve'] },
        { destinations: ['mallory'], isDeclared: true },
      ],
      profile,
    );
    expect(
      sights.map(({ newPairs, newPairsElsewhereKnown }) => [newPairs, newPairsElsewhereKnown]),
    ).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  it('counts the first refusal of an action and no more of the same', () => {
    const denied = { denied: true };
    const sums = looks([denied, denied, { ...denied, name: 'write' }]).map(
      ({ refusals }) => refusals,
    );
    expect(sums[0]).toBeCloseTo(Math.log(0.4 / 0.05));
    expect(sums[1]).toBeCloseTo(sums[0] as number, 5);
    expect(sums[2]).toBeCloseTo(2 * Math.log(0.4 / 0.05), 4);
  });
});

// Law 11.
describe('what was only told', () => {
  const told = { isStrong: false };

  // breaks when: moveOn takes what was told for the step before
  it('is no step that the next one follows', () => {
    const profile = taught(new Engine());
    const jump = after(9_000, { resource: 'crm', name: 'notes.write', sensitivity: 'write' });
    const start = after(0, { name: 'contacts.search' });
    const alone = looks([start, jump], profile)[1];
    const covered = looks([start, after(8_000, { ...told }), jump], profile)[2];
    expect([covered?.bits, covered?.isFirstStep]).toEqual([alone?.bits, true]);
    expect(alone?.bits).toBeGreaterThan(4);
  });

  // breaks when: isNew takes what was told for seen
  it('takes no first time away from what is seen', () => {
    const step = { resource: 'vault', name: 'secrets.read', denied: true };
    const profile = taught(new Engine());
    const [first, again, seen] = looks([{ ...step, ...told }, { ...step, ...told }, step], profile);
    expect([first?.isNewSystem, first?.isNewAction]).toEqual([true, true]);
    expect([again?.isNewSystem, again?.isNewAction]).toEqual([false, false]);
    expect([seen?.isNewSystem, seen?.isNewAction, seen?.isFirstStep]).toEqual([true, true, true]);
    expect(seen?.refusals).toBeGreaterThan(again?.refusals ?? 0);
  });

  // breaks when: an allowed action that was only told lowers the sum
  it('takes no refusal back', () => {
    const [refused, ...claims] = looks([{ denied: true }, ...Array(20).fill({ ...told })]);
    expect(claims.at(-1)?.refusals).toBeCloseTo(refused?.refusals as number, 5);
  });

  // breaks when: what was told moves the pace of a session
  it('neither hides nor makes speed', () => {
    const run = [after(0), after(4_000), after(4_300)];
    const covered = [after(0), after(4_000), after(4_200, told), after(4_250, told), after(4_300)];
    expect(looks(covered)[4]).toMatchObject({
      gap: looks(run)[2]?.gap,
      deviations: looks(run)[2]?.deviations,
    });
  });
});
