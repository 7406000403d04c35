import { describe, expect, it } from 'vitest';
import type { FeedFrame } from './frame.js';
import { anchoredMoment, wallMoment } from './frame-age.js';
import { clockSkewMillisMax } from './limits.js';
import { testClock } from './support/test-clock.js';

const clock = testClock();
const arrivedAt = clock.monotonicMillis();
const openedAtMicros = 5_000_000;
const opened = { clockId: 'of this process', micros: openedAtMicros };
const askedAtMillis = arrivedAt - 1_000;

/** A frame that was made so many microseconds after the Opening, by the broker's steady clock. */
function made(laterMicros: number, kind: FeedFrame['kind'] = 'delta', clockId = opened.clockId) {
  return { kind, steady: { clockId, micros: openedAtMicros + laterMicros } } as FeedFrame;
}

const moment = (frame: FeedFrame) => anchoredMoment(frame, { opened, askedAtMillis }, clock);
const replayed = { ok: false, error: 'frame_replayed' };

describe('anchoredMoment', () => {
  // breaks when: the moment counts from the arrival of a frame, or from the Opening's
  it.each([
    [0, askedAtMillis],
    [250_000, askedAtMillis + 250],
    [1_000_000, arrivedAt],
  ])('of a frame %i µs after the Opening counts from our asking', (later, millis) => {
    expect(moment(made(later))).toEqual({ ok: true, value: millis });
  });

  // breaks when: `Math.min` becomes `Math.max`: a broker's fast clock would give the view time that has not been
  it('never lies ahead of our own clock', () => {
    expect(moment(made(60_000_000))).toEqual({ ok: true, value: arrivedAt });
  });

  // breaks when: the kind is not asked for, or `<` becomes `<=`
  it('is none for what was made before the Opening, but for a snapshot', () => {
    for (const kind of ['delta', 'heartbeat'] as const) {
      expect(moment(made(-1, kind))).toEqual(replayed);
      expect(moment(made(0, kind)).ok).toBe(true);
    }
    expect(moment(made(-500_000, 'snapshot'))).toEqual({ ok: true, value: askedAtMillis - 500 });
  });

  // breaks when: the clocks' ids are not compared
  it('is none by another clock, or by none', () => {
    expect(moment(made(10, 'snapshot', 'of another process'))).toEqual(replayed);
    expect(moment({ ...made(10), steady: undefined })).toEqual(replayed);
  });
});

describe('wallMoment', () => {
  const madeAgo = (millis: number) =>
    wallMoment({ madeAtMicros: (clock.now() - millis) * 1_000 } as FeedFrame, clock);

  // breaks when: what is forgiven is not taken off, or is taken off twice
  it.each([
    [-60_000, 0],
    [0, 0],
    [clockSkewMillisMax, 0],
    [clockSkewMillisMax + 1, 1],
    [60_000, 60_000 - clockSkewMillisMax],
  ])('of a frame that says %i ms ago is %i ms ago', (said, taken) => {
    expect(madeAgo(said)).toBe(arrivedAt - taken);
  });
});
