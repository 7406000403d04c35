import { describe, expect, it } from 'vitest';
import { Lesson } from '../watch/lesson.js';
import { WorkloadProfile } from '../watch/workload-profile.js';
import { sessionsToSuggest, suggestEnvelope } from './suggest-envelope.js';

/** A profile that so many sessions have taught, each with these actions at one pace. */
function taught(sessions: number, names: readonly string[], gapSeconds = 4): WorkloadProfile {
  const profile = new WorkloadProfile('agent', () => {});
  for (let session = 0; session < sessions; session += 1) {
    const lesson = Object.assign(new Lesson(), { fanout: 4, turn: 2 });
    for (const [at, name] of names.entries()) {
      const gap = at === 0 ? undefined : Math.log(gapSeconds);
      lesson.noteStep(profile.actions.idOf(name), gap, false);
    }
    profile.learn(lesson, 0, session * 1_000);
  }
  return profile;
}

const told = { never: [], untold: [] };

const usual = ['crm contacts.read', 'mail send', 'crm contacts.read', 'mail send'];

describe('suggestEnvelope', () => {
  // breaks when: what one session did is declared for ever
  it('suggests nothing from fewer than five sessions', () => {
    expect(suggestEnvelope(taught(sessionsToSuggest - 1, usual), ['crm'], told)).toBeUndefined();
    expect(suggestEnvelope(taught(sessionsToSuggest, usual), ['crm'], told)).toBeDefined();
  });

  it('names the systems, every step with its count, and how much it rests on', () => {
    expect(suggestEnvelope(taught(10, usual), ['mail', 'crm'], told)).toMatchObject({
      systems: ['crm', 'mail'],
      steps: [
        { from: 'crm.contacts.read', to: 'mail.send', times: 20 },
        { from: 'mail.send', to: 'crm.contacts.read', times: 10 },
      ],
      sessions: 10,
      actions: 40,
      actionNames: 2,
      unusedResources: [],
    });
  });

  it('names what is granted and was never used, once', () => {
    const suggested = suggestEnvelope(taught(5, usual), ['wiki', 'mail', 'billing', 'wiki'], told);
    expect(suggested?.unusedResources).toEqual(['billing', 'wiki']);
  });

  it('allows one standard deviation more turns than are usual, rounded up', () => {
    const profile = taught(200, usual, 4);
    const { habit } = profile.limits;
    const deviation = Math.sqrt(habit.between + habit.within);
    const { turnsPerMinute = 0 } = suggestEnvelope(profile, [], told) ?? {};
    expect(turnsPerMinute).toBe(Math.ceil(60 / Math.exp(habit.mean - deviation)));
    // The usual pace is 15 a minute; a spread that is learned keeps what is allowed near it.
    expect(turnsPerMinute).toBeGreaterThan(15);
    expect(turnsPerMinute).toBeLessThan(45);
  });

  it('takes the width of turns and the destinations from what was learned', () => {
    expect(suggestEnvelope(taught(20, usual), [], told)).toMatchObject({ burst: 2, fanout: 4 });
    // Before 20 sessions both are the priors of the watch.
    expect(suggestEnvelope(taught(5, usual), [], told)).toMatchObject({ burst: 8, fanout: 3 });
  });
});
