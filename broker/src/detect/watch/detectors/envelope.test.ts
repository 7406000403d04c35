import { describe, expect, it } from 'vitest';
import type { Pace } from '../../../domain/registry.js';
import { actionOf, sightOf } from '../../doubles/watched-actions.js';
import { Chain } from '../chain.js';
import { Envelope } from '../envelope.js';
import type { Sight } from '../sight.js';
import { envelope } from './envelope.js';

const declared = new Envelope({
  systems: new Set(['crm', 'mail']),
  transitions: new Set(['mail.search>crm.contacts.read']),
} as Partial<Pace> as Pace);
const { profile } = sightOf();
const sight = (over: Partial<Sight>) =>
  sightOf({
    envelope: declared,
    isFirstStep: true,
    before: profile.actions.knownId('mail search'),
    weight: 0.5,
    ...over,
  });

describe('envelope', () => {
  it('is silent inside what is declared', () => {
    expect(envelope.evidence(sight({}))).toBe(0);
  });

  // breaks when: what is outside counts each time
  it('counts a system outside, and a step outside, once a session', () => {
    const outside = sight({ action: actionOf({ resource: 'vault' }), name: 'vault keys.create' });
    const step = sight({ name: 'crm notes.write' });
    expect([envelope.evidence(outside), envelope.evidence(step)]).toEqual([1.5, 1.5]);
    expect(envelope.evidence(sight({ name: 'crm notes.write', isFirstStep: false }))).toBe(0);
    expect(envelope.words(outside)).toBe('system vault is not declared');
    expect(envelope.words(step)).toBe('step mail.search > crm.notes.write is not declared');
  });

  it('lets every action come first', () => {
    expect(envelope.evidence(sight({ name: 'crm notes.write', before: Chain.start }))).toBe(0);
  });

  it('counts turns beyond the pace, up to twice what is allowed', () => {
    expect(envelope.evidence(sight({ overPace: 0.5 }))).toBeCloseTo(0.15);
    expect(envelope.evidence(sight({ overPace: 9 }))).toBeCloseTo(0.3);
    expect(envelope.words(sight({ overPace: 0.5 }))).toMatch(/^50 % more turns/);
  });
});
