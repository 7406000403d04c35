import { describe, expect, it } from 'vitest';
import { actionOf, emptyProfile, stateOf } from '../doubles/watched-actions.js';
import type { Action } from './action.js';
import { Lesson } from './lesson.js';
import { lookAtOrigin } from './origin-sight.js';
import type { WorkloadProfile } from './workload-profile.js';

function known(): WorkloadProfile {
  const profile = emptyProfile();
  const lesson = new Lesson();
  for (const network of ['home', 'office']) lesson.noteOrigin('networks', network);
  lesson.noteOrigin('clients', 'node');
  lesson.noteOrigin('bindings', 'laptop');
  for (let at = 0; at < 20; at += 1) lesson.noteStep(profile.actions.idOf('crm read'), 1, false);
  profile.learn(lesson, 0, 0);
  return profile;
}

/** What is seen of each action of one session. */
function looks(profile: WorkloadProfile, actions: readonly Partial<Action>[]) {
  const slab = stateOf();
  return actions.map((over) => lookAtOrigin(slab, actionOf(over), profile, profile.limits));
}

describe('lookAtOrigin', () => {
  it('is calm about the usual network and client', () => {
    const [sight] = looks(known(), [{ network: 'home', client: 'node', binding: 'bound' }]);
    expect(sight).toMatchObject({ newNetwork: undefined, newClient: false, isUnbound: false });
  });

  it('says whether a network is new to the workload or to the session, once', () => {
    const sights = looks(
      known(),
      ['home', 'office', 'office', 'elsewhere'].map((network) => ({ network })),
    );
    expect(sights.map(({ newNetwork }) => newNetwork)).toEqual([
      undefined,
      'session',
      undefined,
      'workload',
    ]);
  });

  it('says nothing of networks and clients to a workload that has shown none', () => {
    const [sight] = looks(emptyProfile(), [{ network: 'home', client: 'node' }]);
    expect(sight).toMatchObject({ newNetwork: undefined, newClient: false });
  });

  // breaks when: the network before is not remembered
  it('sees two networks take turns', () => {
    const sights = looks(
      known(),
      ['home', 'elsewhere', 'home', 'elsewhere'].map((network) => ({ network })),
    );
    expect(sights.map(({ isInterleaved }) => isInterleaved)).toEqual([false, false, true, true]);
  });

  it('sees a client that is new', () => {
    const sights = looks(
      known(),
      ['node', 'curl', 'curl'].map((client) => ({ client })),
    );
    expect(sights.map(({ newClient }) => newClient)).toEqual([false, true, false]);
  });

  it('sees a proof that is missing, first and again', () => {
    const sights = looks(
      known(),
      (['bound', 'none', 'other'] as const).map((binding) => ({ binding })),
    );
    expect(sights.map(({ isUnbound, isFirstUnbound }) => [isUnbound, isFirstUnbound])).toEqual([
      [false, false],
      [true, true],
      [true, false],
    ]);
  });

  it('sees a device that calm sessions never showed, where they showed one', () => {
    const device = { device: 'stranger' };
    expect(looks(known(), [device])[0]?.isUnbound).toBe(true);
    expect(looks(emptyProfile(), [device])[0]?.isUnbound).toBe(false);
  });

  // breaks when: what an agent says of its own origin is looked at
  it('looks at nothing that was only told: nobody vouches for where he came from himself', () => {
    const seen = { network: 'elsewhere', client: 'curl', binding: 'none' } as const;
    const told = { ...seen, isStrong: false };
    const [first, , sight] = looks(known(), [told, told, seen]);
    expect(first).toMatchObject({ newNetwork: undefined, newClient: false, isUnbound: false });
    expect(sight?.newClient).toBe(true);
    expect(sight).toMatchObject({ newNetwork: 'workload', isFirstUnbound: true });
  });
});
