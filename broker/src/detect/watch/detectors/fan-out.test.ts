import { describe, expect, it } from 'vitest';
import type { Pace } from '../../../domain/registry.js';
import { sightOf } from '../../doubles/watched-actions.js';
import { Envelope } from '../envelope.js';
import { fanOut } from './fan-out.js';

describe('fanOut', () => {
  const { limits } = sightOf();
  const of = (destinations: number) =>
    fanOut.evidence(sightOf({ destinations, weight: 0.5, limits: { ...limits, fanout: 10 } }));

  it('begins a tenth above the limit, since counting is not exact', () => {
    expect([of(10), of(11), of(11.5) > 0]).toEqual([0, 0, true]);
  });

  it('grows with the logarithm, up to its most', () => {
    expect(of(20)).toBeCloseTo(1.2 * Math.log(2));
    expect(of(1e9)).toBe(2.5);
  });

  // breaks when: what was learned goes before what is declared
  it('holds to what is declared, where something is', () => {
    const envelope = new Envelope({ fanout: 100 } as Pace);
    expect(fanOut.evidence(sightOf({ destinations: 90, envelope }))).toBe(0);
    expect(fanOut.words(sightOf({ destinations: 140.4, envelope }))).toBe(
      'about 140 distinct destinations in a minute, where 100.0 are usual',
    );
  });
});
