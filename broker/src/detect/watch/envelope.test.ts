import { describe, expect, it } from 'vitest';
import type { Pace } from '../../domain/registry.js';
import { startMillis, stateOf } from '../doubles/watched-actions.js';
import { Envelope } from './envelope.js';
import { floats } from './state-layout.js';

const paceOf = (over: Partial<Pace>): Pace => ({
  turnsPerMinute: undefined,
  burst: undefined,
  fanout: undefined,
  systems: undefined,
  transitions: undefined,
  destinations: undefined,
  ...over,
});

describe('Envelope', () => {
  it('excludes nothing where nothing is declared', () => {
    const envelope = new Envelope(undefined);
    expect([
      envelope.fanout,
      envelope.excludesSystem('crm'),
      envelope.excludesStep('crm.read', 'mail.send'),
      envelope.declares('mail', ['ada']),
      envelope.overPace(stateOf(), startMillis, startMillis),
    ]).toEqual([undefined, false, false, undefined, 0]);
  });

  it('excludes systems and steps that are not declared', () => {
    const envelope = new Envelope(
      paceOf({ systems: new Set(['crm']), transitions: new Set(['crm.read>crm.write']) }),
    );
    expect([envelope.excludesSystem('crm'), envelope.excludesSystem('vault')]).toEqual([
      false,
      true,
    ]);
    expect([
      envelope.excludesStep('crm.read', 'crm.write'),
      envelope.excludesStep('crm.write', 'crm.read'),
    ]).toEqual([false, true]);
  });

  it('says of destinations whether all are declared, and nothing of a resource that is open', () => {
    const envelope = new Envelope(paceOf({ destinations: new Map([['mail', new Set(['ada'])]]) }));
    expect([
      envelope.declares('mail', ['ada']),
      envelope.declares('mail', ['ada', 'eve']),
      envelope.declares('crm', ['eve']),
    ]).toEqual([true, false, undefined]);
  });

  // breaks when: the bucket does not fill with time
  it.each([
    [4, 10],
    [400, 100],
  ])('allows a quarter of %i turns a minute at once, ten at least', (turnsPerMinute, holds) => {
    const [envelope, slab] = [new Envelope(paceOf({ turnsPerMinute })), stateOf()];
    const turn = (at = startMillis) => envelope.overPace(slab, at, startMillis);
    const turns = Array.from({ length: holds + 1 }, () => turn());
    expect(turns.slice(0, holds).every((over) => over === 0)).toBe(true);
    expect(turns[holds]).toBeCloseTo(1 / holds);
    expect(turn(startMillis + 60_000)).toBe(0);
  });

  // breaks when: the bucket is not bounded by three times what it holds
  it('is overdrawn at most three times, so that one bad minute is not for ever', () => {
    const [envelope, slab] = [new Envelope(paceOf({ turnsPerMinute: 60 })), stateOf()];
    for (let turn = 0; turn < 10_000; turn += 1) envelope.overPace(slab, startMillis, startMillis);
    expect(slab.figure(floats.bucket)).toBe(45);
  });
});
