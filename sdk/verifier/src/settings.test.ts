import { uriCharsMax } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { maxStaleSecondsMax } from './limits.js';
import { type Asked, readSettings, type WireSettings } from './settings.js';

const nonce = new Uint8Array(16).fill(3);
const asked: Asked = { issuer: 'https://creance.example.internal', nonce, resource: 'crm' };
const good: WireSettings = {
  resource: 'crm',
  audience: 'https://crm.example.internal',
  strictness: 1,
  maxStaleSeconds: 10,
  heartbeatSeconds: 2,
  nonce,
  issuer: asked.issuer,
  destinationKey: new Uint8Array(0),
};

function read(changes: Partial<WireSettings>, by: Partial<Asked> = {}) {
  const settings = readSettings({ ...good, ...changes }, { ...asked, ...by });
  return settings.ok ? settings.value : settings.error;
}

describe('readSettings', () => {
  // breaks when: the two words change places: `strict` would be read as its opposite
  it('reads both strictnesses, and no other', () => {
    expect(read({ strictness: 1 })).toMatchObject({ strictness: 'strict' });
    expect(read({ strictness: 2 })).toMatchObject({ strictness: 'bestEffort' });
    for (const strictness of [-1, 0, 3]) expect(read({ strictness })).toBe('settings_malformed');
  });

  // breaks when: a comparison takes or leaves the bound itself
  it.each<[string, keyof WireSettings, readonly unknown[], readonly unknown[]]>([
    ['maxStale', 'maxStaleSeconds', [1, maxStaleSecondsMax], [0, maxStaleSecondsMax + 1]],
    ['heartbeats', 'heartbeatSeconds', [1, 60], [0, -1]],
    ['audience', 'audience', ['a', 'a'.repeat(uriCharsMax)], ['', 'a'.repeat(uriCharsMax + 1)]],
    ['resource', 'resource', ['crm'], ['']],
  ])('reads %s within its bounds', (_name, member, taken, refused) => {
    for (const value of taken) expect(read({ [member]: value })).toMatchObject({ [member]: value });
    for (const value of refused) expect(read({ [member]: value })).toBe('settings_malformed');
  });

  // breaks when: `every` becomes `some`, or the lengths are not compared
  it('is bound to what was asked, in every byte', () => {
    for (let at = 0; at < nonce.length; at += 1) {
      const other = nonce.map((byte, each) => (each === at ? byte ^ 1 : byte));
      expect(read({ nonce: other })).toBe('settings_replayed');
    }
    expect(read({ nonce: new Uint8Array([...nonce, 3]) })).toBe('settings_replayed');
    expect(read({ nonce: new Uint8Array(0) })).toBe('settings_replayed');
  });

  it('takes the resource of the broker where none was named, and only that one where one was', () => {
    expect(read({ resource: 'mail' })).toBe('settings_other_resource');
    expect(read({ resource: 'mail' }, { resource: undefined })).toMatchObject({ resource: 'mail' });
  });

  // breaks when: a clock that cannot be read is taken for none: then ages are judged by the wall clocks
  it('reads the steady clock of the Opening, and takes no half of one', () => {
    const clockId = new Uint8Array(16).fill(1);
    expect(read({})).toMatchObject({ opened: undefined });
    const opened = { clockId: 'AQEBAQEBAQEBAQEBAQEBAQ', micros: 7 };
    expect(read({ clockId, openedAtSteadyMicros: 7n })).toMatchObject({ opened });
    expect(read({ clockId })).toBe('settings_malformed');
    expect(read({ openedAtSteadyMicros: 7n })).toBe('settings_malformed');
  });

  it.each([true, false, undefined])('passes on that our revision is known: %s', (heldKnown) => {
    expect(read({ heldKnown })).toMatchObject({ heldKnown });
  });
});
