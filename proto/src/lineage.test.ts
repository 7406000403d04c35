import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBase64url, encodeBase64url } from './base64url.js';
import { type Handle, handleFromBytes, type SessionId } from './handle.js';
import {
  handlesOfLineage,
  type Lineage,
  lineageHandlesMax,
  lineageKindMax,
  packLineage,
  unpackLineage,
} from './lineage.js';

const handle: fc.Arbitrary<Handle> = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => handleFromBytes(bytes) as Handle);
const list = (least: number, most = lineageKindMax) =>
  fc.uniqueArray(handle, { minLength: least, maxLength: most });
const lineageOf = (most: number): fc.Arbitrary<Lineage> =>
  fc.record({
    sessions: list(1, most) as fc.Arbitrary<SessionId[]>,
    upstreams: list(0, most),
    principals: list(0, most),
    workloads: list(0, most),
    owners: list(0, most),
    evidenceIssuers: list(0, most),
    evidenceKeys: list(0, most),
  });

function bytesOf(packed: string): Uint8Array {
  return decodeBase64url(packed) as Uint8Array;
}

/** Where the seven count bytes stand. */
function countsOf(bytes: Uint8Array): number[] {
  const at: number[] = [];
  for (let next = 1; next < bytes.length; next += 1 + 16 * (bytes[next] as number)) at.push(next);
  return at;
}

describe('packLineage and unpackLineage', () => {
  it('give back every lineage', () => {
    fc.assert(
      fc.property(lineageOf(lineageKindMax), (lineage) => {
        expect(unpackLineage(packLineage(lineage))).toEqual(lineage);
      }),
    );
  });

  it('have one text for a lineage', () => {
    fc.assert(
      fc.property(lineageOf(3), fc.nat(), fc.integer({ min: 0, max: 7 }), (lineage, where, bit) => {
        const bytes = bytesOf(packLineage(lineage));
        const at = where % bytes.length;
        bytes[at] = (bytes[at] as number) ^ (1 << bit);
        const changed = encodeBase64url(bytes);
        const read = unpackLineage(changed);
        if (read === undefined) return;
        expect(packLineage(read)).toBe(changed);
        expect(read).not.toEqual(lineage);
      }),
      { numRuns: 1_000 },
    );
  });

  it('refuse a lineage with any byte missing or left over', () => {
    fc.assert(
      fc.property(lineageOf(2), fc.nat({ max: 255 }), (lineage, extra) => {
        const bytes = bytesOf(packLineage(lineage));
        for (let length = 0; length < bytes.length; length += 1) {
          expect(unpackLineage(encodeBase64url(bytes.subarray(0, length)))).toBeUndefined();
        }
        expect(unpackLineage(encodeBase64url(Uint8Array.of(...bytes, extra)))).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  // breaks when: unpackLineage drops `at !== bytes.length`: then a thief's shorter counts hide handles
  it('never read fewer handles after one count byte was changed', () => {
    fc.assert(
      fc.property(lineageOf(3), fc.nat(), fc.nat({ max: 255 }), (lineage, which, count) => {
        const bytes = bytesOf(packLineage(lineage));
        const counts = countsOf(bytes);
        const at = counts[which % counts.length] as number;
        fc.pre(bytes[at] !== count);
        bytes[at] = count;
        const read = unpackLineage(encodeBase64url(bytes));
        if (read === undefined) return;
        expect(read).not.toEqual(lineage);
        expect(bytes.length).toBe(8 + 16 * handlesOfLineage(read).length);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('unpackLineage', () => {
  const one = (fill: number) => new Uint8Array(16).fill(fill);
  const packed = (...bytes: (number | Uint8Array)[]) =>
    encodeBase64url(
      Buffer.concat(bytes.map((part) => Buffer.from(typeof part === 'number' ? [part] : part))),
    );
  const nine = Array.from({ length: 9 }, (_, fill) => one(fill));

  it('reads the smallest lineage: one session and nothing else', () => {
    const read = unpackLineage(packed(1, 1, one(7), 0, 0, 0, 0, 0, 0));
    expect(read?.sessions).toEqual([handleFromBytes(one(7))]);
    expect(read && handlesOfLineage(read)).toHaveLength(1);
  });

  it.each([
    ['nothing', ''],
    ['version 0', packed(0, 1, one(7), 0, 0, 0, 0, 0, 0)],
    ['version 2', packed(2, 1, one(7), 0, 0, 0, 0, 0, 0)],
    ['no session', packed(1, 0, 0, 0, 0, 0, 0, 0)],
    ['a kind too few', packed(1, 1, one(7), 0, 0, 0, 0, 0)],
    ['a kind too many', packed(1, 1, one(7), 0, 0, 0, 0, 0, 0, 0)],
    ['nine sessions', packed(1, 9, ...nine, 0, 0, 0, 0, 0, 0)],
    ['nine workloads', packed(1, 1, one(7), 0, 0, 9, ...nine, 0, 0, 0)],
    ['a count of 255', packed(1, 255, one(7), 0, 0, 0, 0, 0, 0)],
    ['a session twice', packed(1, 2, one(7), one(7), 0, 0, 0, 0, 0, 0)],
    ['an owner twice', packed(1, 1, one(7), 0, 0, 0, 2, one(8), one(8), 0, 0)],
    ['padding', `${packed(1, 1, one(7), 0, 0, 0, 0, 0, 0)}=`],
  ])('refuses %s', (_name, text) => {
    expect(unpackLineage(text)).toBeUndefined();
  });
});

describe('packLineage', () => {
  it('throws at a ninth handle of a kind, which no tree can have', () => {
    const lists = Array.from(
      { length: lineageKindMax + 1 },
      (_, fill) => handleFromBytes(new Uint8Array(16).fill(fill)) as SessionId,
    );
    const none: Lineage = {
      sessions: lists.slice(0, 1),
      upstreams: [],
      principals: [],
      workloads: [],
      owners: [],
      evidenceIssuers: [],
      evidenceKeys: [],
    };
    expect(() => packLineage({ ...none, sessions: lists })).toThrow(RangeError);
    expect(() => packLineage({ ...none, evidenceKeys: lists })).toThrow(RangeError);
  });
});

describe('handlesOfLineage', () => {
  it('gives every handle that can be cut, the root first', () => {
    fc.assert(
      fc.property(lineageOf(lineageKindMax), (lineage) => {
        const handles = handlesOfLineage(lineage);
        expect(handles[0]).toBe(lineage.sessions[0]);
        expect(new Set(handles)).toEqual(new Set(Object.values(lineage).flat()));
        expect(handles.length).toBeLessThanOrEqual(lineageHandlesMax);
      }),
    );
  });
});
