import { type Revision, revisionZero } from '@creance/proto';
import type { Frame } from '@creance/proto/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../domain/limits.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { cutRow, cutRows, FakeLog, readMessage } from '../doubles/feed.js';
import { newSigner } from '../doubles/signed.js';
import type { LogRow } from '../store/store.js';
import { type FrameMaker, frameMaker, heartbeatKind, snapshotKind } from './frames.js';
import { type Snapshots, snapshots } from './snapshots.js';

const signer = newSigner();
let clock: FakeClock;
let log: FakeLog;
let maker: FrameMaker;
let whole: Snapshots;

beforeEach(() => {
  clock = new FakeClock();
  log = new FakeLog();
  maker = frameMaker('https://creance.example.internal', signer, () => clock.now());
  whole = snapshots(maker, log, () => clock.now());
});

function framesAt(revision: number): Frame[] {
  return whole.at(revision as Revision).map((bytes) => readMessage(bytes).frame as Frame);
}

function entriesAt(revision: number): number[] {
  return framesAt(revision).flatMap(({ entries }) =>
    entries.map((entry) => Number(entry.revision)),
  );
}

function keyRow(revision: number, retireAt: number): LogRow {
  const { keyId, jwk } = newSigner();
  const key = { keyId, x: jwk.x, y: jwk.y, retireAt };
  return { revision: revision as Revision, entry: { kind: 'token-key', key } };
}

describe('a snapshot', () => {
  it('of an empty log is one empty part, which is the last', () => {
    expect(framesAt(0)).toMatchObject([
      { kind: snapshotKind, previousRevision: 0n, revision: 0n, entries: [], snapshotLast: true },
    ]);
  });

  it('comes in numbered parts of one revision, of which the last one says so', () => {
    const count = 2 * limits.frameEntries + 1;
    log.commit(...cutRows(1, count));
    const parts = framesAt(count);
    expect(parts.map((part) => [part.snapshotPart, part.snapshotLast])).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
    for (const part of parts) {
      expect(part).toMatchObject({
        kind: snapshotKind,
        previousRevision: 0n,
        revision: BigInt(count),
      });
    }
    expect(entriesAt(count)).toEqual(Array.from({ length: count }, (_, at) => at + 1));
  });

  // breaks when: rowsUpTo takes what lies beyond the revision: then the delta that follows would repeat
  it('holds nothing beyond its revision', () => {
    log.commit(...cutRows(1, 5));
    expect(entriesAt(3)).toEqual([1, 2, 3]);
  });

  // breaks when: the condition on retireAt is dropped, or takes cuts of keys with it
  it('leaves out token keys that have retired and nothing else', () => {
    const now = clock.seconds;
    const keyCut = { kind: 'key-cut', keyId: newSigner().keyId } as const;
    log.commit(
      keyRow(1, now),
      keyRow(2, now + 1),
      { revision: 3 as Revision, entry: keyCut },
      { revision: 4 as Revision, entry: { kind: 'before', before: 2 as Revision } },
      cutRow(5),
    );
    expect(entriesAt(5)).toEqual([2, 3, 4, 5]);
    expect(framesAt(5)[0]?.revision).toBe(5n);
  });

  it('stands at its revision though its newest row has retired', () => {
    log.commit(cutRow(1), keyRow(2, clock.seconds - 1));
    expect(framesAt(2)).toMatchObject([{ revision: 2n, snapshotLast: true }]);
    expect(entriesAt(2)).toEqual([1]);
  });
});

describe('a kept snapshot', () => {
  it('serves everybody until another frame is made', () => {
    log.commit(...cutRows(1, 3));
    const first = whole.at(3 as Revision);
    expect(whole.at(3 as Revision)).toBe(first);
    const at = 3 as Revision;
    maker.make({ kind: heartbeatKind, previous: at, revision: at, rows: [] });
    const second = whole.at(at);
    expect(second).not.toBe(first);
    const madeAt = (bytes: Buffer | undefined) =>
      bytes && readMessage(bytes).frame?.madeAtUnixMicros;
    expect(madeAt(second[0])).toBeGreaterThan(madeAt(first.at(-1)) ?? 0n);
  });

  it('does not serve for another revision', () => {
    log.commit(...cutRows(1, 3));
    const first = whole.at(2 as Revision);
    expect(whole.at(3 as Revision)).not.toBe(first);
    expect(whole.at(revisionZero)).toHaveLength(1);
  });
});
