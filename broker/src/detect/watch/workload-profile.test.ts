import { describe, expect, it } from 'vitest';
import {
  actionOf,
  emptyProfile,
  opened,
  startMillis,
  taught,
  theft,
} from '../doubles/watched-actions.js';
import { type WatchBound, watchBounds } from './bounds.js';
import { Engine } from './engine.js';
import { Lesson } from './lesson.js';
import { WorkloadProfile } from './workload-profile.js';

const dayMillis = 86_400_000;

function lessonOf(profile: WorkloadProfile, names: readonly string[], gap = 1): Lesson {
  const lesson = new Lesson();
  for (const name of names) lesson.noteStep(profile.actions.idOf(name), gap, false);
  return lesson;
}

describe('WorkloadProfile', () => {
  it('trusts what it knows the more the more it has seen', () => {
    const profile = emptyProfile();
    expect(profile.limits.confidence).toBe(0);
    const learn = (sessions: number, steps: number) => {
      for (let nth = 0; nth < sessions; nth += 1)
        profile.learn(lessonOf(profile, Array(steps).fill('crm read')), 0, startMillis);
    };
    learn(1, 200);
    expect(profile.limits.confidence).toBeLessThan(0.2);
    learn(40, 1);
    expect(profile.limits.confidence).toBe(1);
    const short = emptyProfile();
    for (let nth = 0; nth < 15; nth += 1)
      short.learn(lessonOf(short, ['crm read']), 0, startMillis);
    expect(short.limits.confidence).toBeCloseTo(0.5);
  });

  it('knows the systems, actions, destinations and origins of calm sessions', () => {
    const profile = taught(new Engine());
    expect([...profile.systems.names()].sort()).toEqual(['crm', 'mail']);
    expect([
      profile.known.size,
      profile.destinations.has('ada'),
      profile.pairs.has('mail send>ada'),
    ]).toEqual([5, true, true]);
    expect([profile.networks.has('192.0.2.0/24'), profile.clients.has('node')]).toEqual([
      true,
      true,
    ]);
  });

  // breaks when: facts are kept over a lesson
  it('says of an action what it knows, anew after each lesson', () => {
    const profile = emptyProfile();
    const named = profile.named.name('crm', 'read', true);
    expect(profile.factsOf(named)).toMatchObject({ isKnown: false, isKnownSystem: false });
    profile.learn(lessonOf(profile, ['crm read']), 0, startMillis);
    expect(profile.factsOf(named)).toMatchObject({ isKnown: true, isKnownSystem: true });
  });

  // breaks when: other is learned like a name
  it('learns nothing of what is told apart no more', () => {
    const profile = emptyProfile();
    const lesson = lessonOf(profile, ['crm read']);
    for (let at = 0; at < 50; at += 1) lesson.noteStep(0, 1, false);
    profile.learn(lesson, 0, startMillis);
    expect([...profile.known.names()]).toEqual(['crm read']);
    expect(profile.chain.size).toBe(3);
  });

  it('forgets by half in thirty days, whatever happened in them', () => {
    const profile = taught(new Engine());
    const before = profile.size;
    profile.learn(new Lesson(), 0, startMillis + 30 * dayMillis);
    expect(profile.size / before).toBeCloseTo(0.5, 1);
  });

  // breaks when: the days that one lesson forgets are not bounded
  it.each([8.6e15, Number.POSITIVE_INFINITY, Number.NaN, -1, watchBounds.watchMillis])(
    'does not lose its history to a clock that says %d',
    (absurd) => {
      const profile = taught(new Engine());
      profile.learn(new Lesson(), 0, absurd);
      expect([profile.limits.confidence > 0.9, profile.known.size]).toEqual([true, 5]);
      const size = profile.size;
      for (let day = 1; day <= 30; day += 1)
        profile.learn(new Lesson(), 0, startMillis + day * dayMillis);
      expect(profile.size / size).toBeCloseTo(0.5, 1);
    },
  );

  // breaks when: the limit is taken over when somebody looks, and not when the session is learned
  it('lets its limit of fan-out grow by a bounded share a day', () => {
    const profile = emptyProfile();
    const shows = (fanout: number, day: number) => {
      for (let nth = 0; nth < 25; nth += 1)
        profile.learn(Object.assign(new Lesson(), { fanout }), 0, startMillis + day * dayMillis);
    };
    shows(10, 0);
    expect(Math.round(profile.limits.fanout)).toBe(10);
    shows(1_000, 1);
    shows(1_000, 2);
    expect(profile.limits.fanout).toBeLessThan(10 * 1.04 ** 2 * 1.02);
  });

  it('counts every bound of what it learns', () => {
    const hits = new Set<WatchBound>();
    const profile = new WorkloadProfile('agent', (name) => void hits.add(name));
    for (let session = 0; session < 60; session += 1) {
      const lesson = new Lesson();
      for (let at = 0; at < watchBounds.watchLessons; at += 1)
        lesson.noteStep(profile.actions.idOf(`s${session % 3} ${session}-${at}`), 1, false);
      for (let at = 0; at < watchBounds.watchPairs; at += 1)
        lesson.notePair(`s ${session}>${at}-${session}`);
      profile.learn(lesson, 0, startMillis);
    }
    for (let at = 0; at < 200; at += 1) {
      const lesson = new Lesson();
      for (let one = 0; one < 8; one += 1) lesson.noteOrigin('networks', `${at}.${one}`);
      profile.learn(lesson, 0, startMillis);
    }
    expect([...hits].sort()).toEqual(['watchActions', 'watchDestinations', 'watchOrigins']);
    expect([
      profile.actions.size,
      profile.known.size,
      profile.destinations.size,
      profile.networks.size,
    ]).toEqual([
      watchBounds.watchActions,
      watchBounds.watchActions,
      watchBounds.watchDestinations,
      watchBounds.watchOrigins,
    ]);
    expect(profile.chain.size).toBeLessThanOrEqual(watchBounds.watchSteps);
  });

  it('has room for other resources left when one has shown more than its share', () => {
    const hits = new Set<WatchBound>();
    const profile = new WorkloadProfile('agent', (name) => void hits.add(name));
    for (let at = 0; at < 2 * watchBounds.watchResourceActions; at += 1)
      profile.actions.idOf(`crm made-up-${at}`);
    expect([...hits]).toEqual(['watchResourceActions']);
    expect(profile.actions.idOf('mail send')).toBe(watchBounds.watchResourceActions + 1);
  });
});

describe('a kept profile', () => {
  // breaks when: any field of kept() is left out, or from() does not take it
  it('comes to exactly the same judgements', () => {
    const engine = new Engine();
    const profile = taught(engine);
    const wide = Object.assign(new Lesson(), { fanout: 40, turn: 3 });
    for (let nth = 0; nth < 90; nth += 1) profile.learn(wide, 0.2, startMillis + nth * dayMillis);
    expect(profile.limits.fanout).toBeGreaterThan(20);
    const json = JSON.stringify(profile.kept());
    const again = WorkloadProfile.from(JSON.parse(json), () => {});
    expect(JSON.stringify(again.kept())).toBe(json);
    expect(again.limits).toEqual(profile.limits);
    const risks = [profile, again].map((one) => {
      const watched = opened(engine, one);
      return theft(startMillis, 12, 300).map((action) => engine.take(watched, action));
    });
    expect(risks[1]).toEqual(risks[0]);
  });

  it('keeps numbers of names that were put back out of order', () => {
    const profile = emptyProfile();
    profile.actions.place('crm read', 3);
    const again = WorkloadProfile.from(profile.kept(), () => {});
    expect([again.actions.knownId('crm read'), again.actions.knownId('')]).toEqual([3, 0]);
  });

  it('goes on forgetting and growing where it was', () => {
    const engine = new Engine();
    const profile = taught(engine);
    const again = WorkloadProfile.from(profile.kept(), () => {});
    for (const one of [profile, again]) {
      const watched = opened(engine, one);
      engine.take(watched, actionOf());
      engine.close(watched, startMillis + 40 * dayMillis, 'always');
    }
    expect(again.kept()).toEqual(profile.kept());
  });
});
