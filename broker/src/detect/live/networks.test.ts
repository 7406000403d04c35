import { describe, expect, it } from 'vitest';
import { isImpossibleTravel, Networks } from './networks.js';

const none = { asn: undefined, city: undefined, providerAsns: new Set<number>() };
const berlin = { latitude: 52.5, longitude: 13.4 };
const sydney = { latitude: -33.9, longitude: 151.2 };
const hamburg = { latitude: 53.6, longitude: 10 };

describe('Networks', () => {
  it('takes a prefix for the network itself when no database was supplied', () => {
    const located = new Networks(none).locate('192.0.2.0/24');
    expect(located).toEqual({ network: '192.0.2.0/24', place: undefined });
  });

  it('refuses a database that is none', () => {
    expect(() => new Networks({ ...none, asn: Buffer.from('not a database') })).toThrow();
  });
});

describe('isImpossibleTravel', () => {
  it('says so of Berlin to Sydney within ten hours', () => {
    expect(isImpossibleTravel(berlin, sydney, 36_000)).toBe(true);
  });

  it('allows the same within a day', () => {
    expect(isImpossibleTravel(berlin, sydney, 86_400)).toBe(false);
  });

  it('allows a neighbouring city at once: two databases may disagree by so much', () => {
    expect(isImpossibleTravel(berlin, hamburg, 0)).toBe(false);
  });

  it('takes a clock that went back for no time at all', () => {
    expect(isImpossibleTravel(berlin, sydney, -5)).toBe(true);
  });
});
