import { describe, expect, it } from 'vitest';
import { readFrame, type WireEntry, type WireFrame } from './frame.js';

const handle = new Uint8Array(16).fill(7);
const entry = (revision: number, parts: Partial<WireEntry> = {}): WireEntry => ({
  revision: BigInt(revision),
  target: { $case: 'handle', value: handle },
  absolute: false,
  ...parts,
});
const delta: WireFrame = {
  issuer: 'https://creance.example.internal',
  kind: 2,
  previousRevision: 10n,
  revision: 20n,
  entries: [entry(11), entry(20)],
  madeAtUnixMicros: 1n,
  floorRevision: 0n,
  snapshotPart: 0,
  snapshotLast: false,
};
const tokenKey = {
  keyId: 'A'.repeat(43),
  x: new Uint8Array(32),
  y: new Uint8Array(32),
  retireUnixSeconds: 5n,
};

describe('readFrame', () => {
  it('reads every kind of entry', () => {
    const entries = [
      entry(11),
      entry(12, { target: { $case: 'beforeRevision', value: 12n } }),
      entry(13, { target: { $case: 'tokenKey', value: tokenKey } }),
      entry(14, { target: { $case: 'cutKeyId', value: 'A'.repeat(43) } }),
    ];
    const read = readFrame({ ...delta, entries });
    expect(read?.entries.map(({ kind }) => kind)).toEqual([
      'handle',
      'before',
      'token-key',
      'key-cut',
    ]);
  });

  it.each<[string, Partial<WireFrame>]>([
    ['an unspecified kind', { kind: 0 }],
    ['an unknown kind', { kind: 4 }],
    ['a revision that a number cannot hold', { revision: 2n ** 60n }],
    ['a delta that goes back', { previousRevision: 21n }],
    ['a snapshot that links to something', { kind: 1 }],
    ['a heartbeat with entries', { kind: 3 }],
    ['a floor above its revision', { floorRevision: 21n }],
    ['no time', { madeAtUnixMicros: 0n }],
    ['an entry that the view has', { entries: [entry(10)] }],
    ['an entry beyond its revision', { entries: [entry(21)] }],
    ['entries that do not ascend', { entries: [entry(12), entry(11)] }],
    ['an entry twice', { entries: [entry(12), entry(12)] }],
    ['an entry of an unknown kind', { entries: [entry(12, { target: undefined })] }],
    [
      'a handle of another length',
      { entries: [entry(12, { target: { $case: 'handle', value: new Uint8Array(15) } })] },
    ],
    [
      'a cut of what is not yet',
      { entries: [entry(12, { target: { $case: 'beforeRevision', value: 13n } })] },
    ],
    [
      'a key that is no point by form',
      {
        entries: [
          entry(12, {
            target: { $case: 'tokenKey', value: { ...tokenKey, x: new Uint8Array(31) } },
          }),
        ],
      },
    ],
    [
      'a key id that is no thumbprint',
      { entries: [entry(12, { target: { $case: 'cutKeyId', value: 'kid-1' } })] },
    ],
  ])('refuses %s, and the same frame without it passes', (_name, changes) => {
    expect(readFrame({ ...delta, ...changes })).toBeUndefined();
    expect(readFrame(delta)).toBeDefined();
  });
});
