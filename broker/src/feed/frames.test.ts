import { verify } from 'node:crypto';
import { bytesOfHandle, decodeBase64url, type Revision } from '@creance/proto';
import { Frame, SubscribeResponse } from '@creance/proto/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../domain/instant.js';
import { cutRow, cutRows } from '../doubles/feed.js';
import { handleOf, thumbprintOfName } from '../doubles/ids.js';
import { newSigner } from '../doubles/signed.js';
import type { LogRow } from '../store/store.js';
import { importPublicKey } from '../tokens/signing-key.js';
import { deltaKind, entryOf, frameDomain, frameMaker, inFrames } from './frames.js';
import { settingsDomain } from './opening.js';

const issuer = 'https://creance.example.internal';
const signer = newSigner();
const delta = {
  kind: deltaKind,
  previous: 1 as Revision,
  revision: 2 as Revision,
  rows: [cutRow(2)],
};

function signedFrame(bytes: Buffer) {
  const { kind } = SubscribeResponse.decode(bytes);
  if (kind?.$case !== 'frame') throw new Error('no frame');
  return kind.value;
}

describe('a frame', () => {
  it('says what happened between two revisions, and nothing of who or why', () => {
    const maker = frameMaker(issuer, signer, () => 1_000 as Instant);
    expect(Frame.decode(signedFrame(maker.make(delta)).frame)).toEqual({
      issuer,
      kind: deltaKind,
      previousRevision: 1n,
      revision: 2n,
      entries: [entryOf(cutRow(2))],
      madeAtUnixMicros: 1_000n,
      floorRevision: 0n,
      snapshotPart: 0,
      snapshotLast: false,
    });
  });

  // breaks when: the prefix is left out: then any bytes that the key ever signs could pass as a frame
  it('is signed by the feed key under its own domain', () => {
    const maker = frameMaker(issuer, signer, () => 1 as Instant);
    const { frame, signature, keyId } = signedFrame(maker.make(delta));
    const key = importPublicKey(signer.jwk);
    const isSigned = (domain: string, bytes = frame) => {
      const signed = Buffer.concat([Buffer.from(domain, 'latin1'), bytes]);
      return key && verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
    };
    expect(keyId).toBe(signer.keyId);
    expect(signature).toHaveLength(64);
    expect(isSigned('creance-feed-v1\0')).toBe(true);
    expect(frameDomain).toBe('creance-feed-v1\0');
    for (const other of ['', settingsDomain, 'creance-feed-v1'])
      expect(isSigned(other)).toBe(false);
    for (let at = 0; at < frame.length; at += 1) {
      const changed = Buffer.from(frame);
      changed[at] = (changed[at] as number) ^ 1;
      expect(isSigned(frameDomain, changed)).toBe(false);
    }
  });

  // breaks when: madeAt is the clock alone
  it('is always made after the one before it, whatever the clock does', () => {
    const clock = fc.array(fc.integer({ min: -1e15, max: 4e15 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(clock, (times) => {
        let now = 0;
        const maker = frameMaker(issuer, signer, () => now as Instant);
        let last = 0n;
        for (const time of times) {
          now = time;
          const { madeAtUnixMicros } = Frame.decode(signedFrame(maker.make(delta)).frame);
          expect(madeAtUnixMicros).toBeGreaterThan(last);
          expect(madeAtUnixMicros).toBe(BigInt(maker.lastMadeAt));
          last = madeAtUnixMicros;
        }
      }),
      { numRuns: 20 },
    );
  });

  it('is never made before its own revision', () => {
    const maker = frameMaker(issuer, signer, () => 5 as Instant);
    maker.make({ ...delta, revision: 1_000_000 as Revision });
    expect(maker.lastMadeAt).toBe(1_000_000);
  });
});

describe('the entry of a row', () => {
  const at = 7 as Revision;
  const { keyId, jwk } = newSigner();
  const rows: [string, LogRow['entry'], object][] = [
    [
      'an absolute cut',
      { kind: 'handle', handle: handleOf('a'), absolute: true },
      {
        absolute: true,
        target: { $case: 'handle', value: Buffer.from(bytesOfHandle(handleOf('a'))) },
      },
    ],
    [
      'a cut that newer tokens outlive',
      { kind: 'handle', handle: handleOf('a'), absolute: false },
      { absolute: false },
    ],
    [
      'everything before a revision',
      { kind: 'before', before: 3 as Revision },
      { absolute: false, target: { $case: 'beforeRevision', value: 3n } },
    ],
    [
      'the cut of a key, always absolute',
      { kind: 'key-cut', keyId: thumbprintOfName('key') },
      { absolute: true, target: { $case: 'cutKeyId', value: thumbprintOfName('key') } },
    ],
    [
      'a token key',
      { kind: 'token-key', key: { keyId, x: jwk.x, y: jwk.y, retireAt: 99 } },
      {
        absolute: false,
        target: {
          $case: 'tokenKey',
          value: {
            keyId,
            x: Buffer.from(decodeBase64url(jwk.x) as Uint8Array),
            y: Buffer.from(decodeBase64url(jwk.y) as Uint8Array),
            retireUnixSeconds: 99n,
          },
        },
      },
    ],
  ];

  it.each(rows)('is %s', (_name, entry, wire) => {
    expect(entryOf({ revision: at, entry })).toMatchObject({ revision: 7n, ...wire });
  });
});

describe('inFrames', () => {
  it('cuts rows into full pieces in order, and gives an empty piece for none', () => {
    fc.assert(
      fc.property(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 20 }), (count, most) => {
        const rows = cutRows(1, count);
        const pieces = inFrames(rows, most);
        expect(pieces.flat()).toEqual(rows);
        expect(pieces).toHaveLength(Math.max(1, Math.ceil(count / most)));
        for (const piece of pieces.slice(0, -1)) expect(piece).toHaveLength(most);
      }),
    );
  });
});
