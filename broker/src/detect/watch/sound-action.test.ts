import { describe, expect, it } from 'vitest';
import { actionOf, startMillis, stateOf } from '../doubles/watched-actions.js';
import { type WatchBound, watchBounds } from './bounds.js';
import { decay } from './decay.js';
import { fanHalfOf, isFolded, soundAction, soundTime } from './sound-action.js';
import { doubles, sets, words } from './state-layout.js';

function counted() {
  const hits: WatchBound[] = [];
  return { hits, hit: (name: WatchBound) => void hits.push(name) };
}

describe('soundAction', () => {
  it('gives an action within bounds as it is', () => {
    const action = actionOf({ destinations: ['ada'], network: '192.0.2.0/24' });
    expect(soundAction(action, false, () => {})).toBe(action);
  });

  // breaks when: fold leaves the length out
  it('folds long names to hashes that tell them apart, and counts them', () => {
    const { hits, hit } = counted();
    const [one, other] = ['x', 'y'].map((letter) =>
      soundAction(actionOf({ name: letter.repeat(10_000) }), false, hit),
    );
    expect(one?.name.length).toBeLessThan(16);
    expect([isFolded(one?.name ?? ''), one?.name === other?.name]).toEqual([true, false]);
    expect(hits).toEqual(['watchNameChars', 'watchNameChars']);
  });

  it('replaces control characters, also those that a terminal obeys', () => {
    const { name, resource } = soundAction(
      actionOf({ name: 'read\u001b[2J\n', resource: 'crm\u0000\u009b' }),
      false,
      () => {},
    );
    expect([name, resource]).toEqual(['read\ufffd[2J\ufffd', 'crm\ufffd\ufffd']);
  });

  it('bounds destinations, their length, and origins', () => {
    const { hits, hit } = counted();
    const long = 'd'.repeat(10_000);
    const sound = soundAction(
      actionOf({
        destinations: Array.from({ length: 1_000 }, (_, at) => `${long}${at}`),
        network: long,
        client: long,
        device: long,
      }),
      true,
      hit,
    );
    expect(sound.destinations.length).toBe(watchBounds.watchActionDestinations);
    expect(new Set(sound.destinations).size).toBe(watchBounds.watchActionDestinations);
    for (const text of [...sound.destinations, sound.network, sound.client, sound.device])
      expect(text?.length).toBeLessThanOrEqual(watchBounds.watchNameChars);
    expect(hits).toContain('watchActionDestinations');
  });
});

describe('soundTime', () => {
  it('takes an instant as it is', () => {
    expect(soundTime(stateOf(), startMillis, () => {})).toBe(startMillis);
    expect(soundTime(stateOf(), undefined, () => {})).toBe(undefined);
  });

  // breaks when: one that is no instant comes to undefined, which no detector of speed looks at
  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 9.2e15])(
    'takes %d for the instant of the action before, and counts it',
    (absurd) => {
      const { hits, hit } = counted();
      const slab = stateOf();
      expect(soundTime(slab, absurd, hit)).toBe(undefined);
      decay(slab, startMillis);
      expect(soundTime(slab, absurd, hit)).toBe(startMillis);
      expect(hits).toEqual(['watchMillis', 'watchMillis']);
    },
  );

  it('leaves what is a little out of order as it is', () => {
    const slab = stateOf();
    decay(slab, startMillis);
    expect([soundTime(slab, startMillis - 2_000, () => {}), slab.time(doubles.last)]).toEqual([
      startMillis - 2_000,
      startMillis,
    ]);
  });

  // breaks when: times do not begin anew, and nothing is fast until the clock has caught up
  it('begins anew with the times of a session whose clock was set back, and forgets no evidence', () => {
    const { hits, hit } = counted();
    const slab = stateOf();
    decay(slab, watchBounds.watchMillis);
    slab.setEvidence(0, 2);
    slab.isNew(sets.fanYoung, 77);
    soundTime(slab, startMillis, hit);
    decay(slab, startMillis);
    expect([slab.time(doubles.last), slab.time(doubles.levelAt), slab.word(words.fanHalf)]).toEqual(
      [startMillis, startMillis, fanHalfOf(startMillis)],
    );
    expect([slab.evidence(0), slab.has(sets.fanYoung, 77), hits]).toEqual([
      2,
      true,
      ['watchMillis'],
    ]);
  });
});
