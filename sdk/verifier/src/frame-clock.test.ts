import { describe, expect, it } from 'vitest';
import { readFrame, readSteady, type WireFrame } from './frame.js';

const beat: WireFrame = {
  issuer: 'https://creance.example.internal',
  kind: 3,
  previousRevision: 20n,
  revision: 20n,
  entries: [],
  madeAtUnixMicros: 1n,
  floorRevision: 0n,
  snapshotPart: 0,
  snapshotLast: false,
};
const clockId = new Uint8Array(16).fill(1);
const clockText = 'AQEBAQEBAQEBAQEBAQEBAQ';
const tooMuch = 2n ** 60n;

describe('readSteady', () => {
  it('reads a clock with its reading, from zero on', () => {
    expect(readSteady(clockId, 0n)).toEqual({ clockId: clockText, micros: 0 });
    expect(readSteady(clockId, 7n)).toEqual({ clockId: clockText, micros: 7 });
    expect(readSteady(undefined, undefined)).toBeUndefined();
  });

  // breaks when: half a clock is none: a broker that tells one would be judged by the wall clocks
  it.each([
    ['no reading', clockId, undefined],
    ['no name', undefined, 7n],
    ['a short name', new Uint8Array(15), 7n],
    ['a long name', new Uint8Array(17), 7n],
    ['an empty name', new Uint8Array(0), 7n],
    ['a reading below zero', clockId, -1n],
    ['a reading that a number cannot hold', clockId, tooMuch],
  ])('cannot read one with %s', (_name, id, reading) => {
    expect(readSteady(id, reading)).toBeNull();
    expect(readFrame({ ...beat, clockId: id, madeAtSteadyMicros: reading })).toBeUndefined();
  });
});

describe('readFrame', () => {
  const hash = new Uint8Array(32).fill(1);

  it('reads the head of the audit, and whose clock it was made by', () => {
    const whole = { ...beat, auditSequence: 4n, auditHash: hash, clockId, madeAtSteadyMicros: 7n };
    expect(readFrame(whole)).toMatchObject({
      audit: { sequence: 4, hash: `${'AQEB'.repeat(10)}AQE` },
      steady: { clockId: clockText, micros: 7 },
    });
    expect(readFrame(beat)).toMatchObject({ audit: undefined, steady: undefined });
  });

  // breaks when: half a head is none: then the witness sees nothing
  it.each<[string, Partial<WireFrame>]>([
    ['no hash', { auditSequence: 4n }],
    ['no number', { auditHash: hash }],
    ['a short hash', { auditSequence: 4n, auditHash: hash.subarray(1) }],
    ['an empty hash', { auditSequence: 4n, auditHash: new Uint8Array(0) }],
    ['a number that none can hold', { auditSequence: tooMuch, auditHash: hash }],
  ])('refuses a head of the audit with %s', (_name, changes) => {
    expect(readFrame({ ...beat, ...changes })).toBeUndefined();
  });

  it('takes a floor at its own revision, and keeps what it says of its parts', () => {
    const part = { kind: 1, previousRevision: 0n, snapshotPart: 3, snapshotLast: true };
    expect(readFrame({ ...beat, ...part, floorRevision: 20n })).toMatchObject({
      kind: 'snapshot',
      previous: 0,
      revision: 20,
      floor: 20,
      madeAtMicros: 1,
      part: 3,
      isLastPart: true,
    });
  });
});
