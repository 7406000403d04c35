import { type Revision, revisionZero } from '@creance/proto';
import type { Frame } from '@creance/proto/wire';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../domain/limits.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { cutRow, cutRows, readMessage } from '../doubles/feed.js';
import { newSigner } from '../doubles/signed.js';
import { deltaKind, frameMaker, heartbeatKind } from './frames.js';
import { Publisher } from './publisher.js';

const signer = newSigner();
let clock: FakeClock;
let frames: { frame: Frame; revision: Revision }[];
let publisher: Publisher;

beforeEach(() => {
  vi.useFakeTimers();
  clock = new FakeClock();
  open();
});
afterEach(() => {
  vi.useRealTimers();
});

function open(): void {
  frames = [];
  const maker = frameMaker('https://creance.example.internal', signer, () => clock.now());
  publisher = new Publisher(maker, clock, revisionZero, (bytes, revision) => {
    const { frame } = readMessage(bytes);
    if (frame !== undefined) frames.push({ frame, revision });
  });
}

/** Lets milliseconds pass for clocks and timers. */
function pass(millis: number): void {
  for (let left = millis; left > 0; left -= 1) {
    clock.advance(Math.min(1, left) / 1_000);
    vi.advanceTimersByTime(Math.min(1, left));
  }
}

/** Revisions of the entries of each frame. */
function published(): number[][] {
  return frames.map(({ frame }) => frame.entries.map(({ revision }) => Number(revision)));
}

describe('the publisher', () => {
  // breaks when: every row waits for the timer
  it('sends a single cut at once', () => {
    publisher.add([cutRow(5)]);
    expect(published()).toEqual([[5]]);
    expect(publisher.published).toBe(5);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gathers a burst into one frame and sends it within 5 ms', () => {
    for (let revision = 1; revision <= 100; revision += 1) {
      publisher.add([cutRow(revision)]);
      pass(0.01);
    }
    expect(published()).toEqual([[1]]);
    pass(limits.coalesceMillis);
    expect(published()).toEqual([[1], Array.from({ length: 99 }, (_, at) => at + 2)]);
  });

  it('is idle again after a burst', () => {
    publisher.add(cutRows(1, 2));
    publisher.add(cutRows(3, 4));
    pass(20);
    publisher.add([cutRow(9)]);
    expect(published()).toEqual([[1, 2], [3, 4], [9]]);
  });

  it('links frames when there are more rows than one holds', () => {
    publisher.add(cutRows(1, 2 * limits.frameEntries + 1));
    const most = limits.frameEntries;
    expect(frames.map(({ frame }) => [frame.previousRevision, frame.revision])).toEqual([
      [0n, BigInt(most)],
      [BigInt(most), BigInt(2 * most)],
      [BigInt(2 * most), BigInt(2 * most + 1)],
    ]);
  });

  it('says by a heartbeat that nothing is new', () => {
    publisher.add([cutRow(5)]);
    publisher.heartbeat();
    const last = frames.at(-1);
    expect(last?.frame).toMatchObject({ kind: heartbeatKind, previousRevision: 5n, revision: 5n });
    expect(last?.frame.entries).toEqual([]);
  });

  it('sends nothing when there is nothing to flush, and leaves no timer', () => {
    publisher.flush();
    publisher.add([cutRow(1)]);
    publisher.add([cutRow(2)]);
    publisher.flush();
    expect(vi.getTimerCount()).toBe(0);
    expect(published()).toEqual([[1], [2]]);
  });

  // breaks when: `previous` is read after `#published` has moved on, or pending rows are dropped
  it('sends every row once, in order, in frames that link, whatever the bursts', () => {
    const burst = fc.record({
      rows: fc.integer({ min: 1, max: 30 }),
      gapMillis: fc.nat({ max: 12 }),
    });
    fc.assert(
      fc.property(fc.array(burst, { maxLength: 20 }), (bursts) => {
        open();
        let at = 0;
        for (const { rows, gapMillis } of bursts) {
          publisher.add(cutRows(at + 1, at + rows));
          at += rows;
          pass(gapMillis);
        }
        pass(limits.coalesceMillis);
        expect(published().flat()).toEqual(Array.from({ length: at }, (_, n) => n + 1));
        let previous = 0n;
        for (const { frame, revision } of frames) {
          expect(frame).toMatchObject({ kind: deltaKind, previousRevision: previous });
          expect(frame.revision).toBe(BigInt(revision));
          previous = frame.revision;
        }
      }),
      { numRuns: 50 },
    );
  });
});
