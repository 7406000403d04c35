import { describe, expect, it } from 'vitest';
import type { IncidentEvent, RecordedEvent } from './recorded.js';
import { sessionOf, sessionOfIncident } from './recorded-session.js';

const base = { actor: 'w', action: 'get_thing', system: 'r' };

function event(fields: Partial<RecordedEvent>): RecordedEvent {
  return { ...base, dataset: 'd', session: 's', label: 'benign', ...fields };
}

function incident(label: string, who: readonly IncidentEvent['who'][]) {
  return { id: 'i', label, events: who.map((one, at) => ({ ...base, who: one, t_ms: at })) };
}

describe('sessionOf', () => {
  it('counts as attack when one event is, and as benign when all are', () => {
    const labels = (...all: readonly string[]) =>
      sessionOf(all.map((label) => event({ label, attack_kind: label }))).label;
    expect(labels('benign', 'attack', 'unknown')).toBe('attack');
    expect(labels('benign', 'benign')).toBe('benign');
    expect(labels('benign', 'unknown')).toBe('unknown');
    expect(labels('anything')).toBe('unknown');
  });

  it('is of the kind of its attack', () => {
    const session = sessionOf([
      event({ attack_kind: 'prefix' }),
      event({ label: 'attack', attack_kind: 'script' }),
      event({ attack_kind: 'later' }),
    ]);
    expect(session.attackKind).toBe('script');
  });

  // breaks when: an attacker's event without a time counts as one without a pace
  it('takes an event without a time for as fast as can be, in a session that has times', () => {
    const { actions } = sessionOf([event({ t_ms: 5 }), event({}), event({ t_ms: null })]);
    expect(actions.map(({ action }) => action.atMillis)).toEqual([6, 6, 6]);
    expect(sessionOf([event({}), event({})]).actions[1]?.action.atMillis).toBeUndefined();
  });

  // breaks when: `in` decides what a sensitivity is
  it.each(['constructor', 'toString', '__proto__', 'god'])(
    'guesses where the sensitivity is %s',
    (sensitivity) => {
      const { actions } = sessionOf([event({ sensitivity })]);
      expect(actions[0]?.action.sensitivity).toBe('read');
    },
  );

  it('knows a proof by the bound key, none, another and a device', () => {
    const bindings = ['jkt-owner', 'none', 'other', 'device-1', undefined].map(
      (key_binding) => sessionOf([event({ key_binding })]).actions[0]?.action,
    );
    expect(bindings.map((action) => [action?.binding, action?.device])).toEqual([
      ['bound', 'jkt-owner'],
      ['none', undefined],
      ['other', undefined],
      [undefined, 'device-1'],
      [undefined, undefined],
    ]);
  });

  it('was refused when there is an error, by flag or by code', () => {
    const denied = [true, 'AccessDenied', false, '', null].map(
      (error) => sessionOf([event({ error })]).actions[0]?.action.denied,
    );
    expect(denied).toEqual([true, true, false, false, false]);
  });
});

describe('sessionOfIncident', () => {
  it('learns what is before the first attacker, and keeps the places of events', () => {
    const session = sessionOfIncident(
      incident('attack', ['owner', 'owner', 'attacker', 'owner', 'attacker']),
    );
    expect(session.before.map(({ at }) => at)).toEqual([0, 1]);
    expect(session.actions.map(({ at, isAttack }) => [at, isAttack])).toEqual([
      [2, true],
      [3, false],
      [4, true],
    ]);
  });

  it('learns the first half of a control', () => {
    const session = sessionOfIncident(incident('benign', Array(7).fill('owner')));
    expect(session).toMatchObject({ label: 'benign', attackKind: undefined });
    expect([session.before.length, session.actions.length]).toEqual([3, 4]);
  });
});
