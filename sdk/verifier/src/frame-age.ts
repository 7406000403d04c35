import { ok, type Result, refuse } from '@creance/proto';
import type { FeedFrame, SteadyReading } from './frame.js';
import { clockSkewMillisMax } from './limits.js';
import type { Clock } from './runtime/clock.js';

/** Ties the broker's steady clock to ours. */
export interface Anchored {
  /** The broker's when it made the Opening: after it had our nonce. */
  readonly opened: SteadyReading;
  /** Ours, in milliseconds, before we sent the nonce. */
  readonly askedAtMillis: number;
}

/**
 * The moment of our steady clock as of which a frame tells the state of the log; never too late. The Opening
 * was made after we had asked, so a frame that was made so much later tells of no earlier moment than so much
 * after our asking: whoever holds messages back makes a view older than it is, never younger, and no step of
 * a wall clock counts. A frame by another clock is of another process of the broker. Of what is younger than
 * the Opening alone a view is carried on; a snapshot may have been made for others a moment before.
 */
export function anchoredMoment(
  frame: FeedFrame,
  { opened, askedAtMillis }: Anchored,
  clock: Clock,
): Result<number, 'frame_replayed'> {
  const { steady, kind } = frame;
  if (steady?.clockId !== opened.clockId) return refuse('frame_replayed');
  const laterMicros = steady.micros - opened.micros;
  if (laterMicros < 0 && kind !== 'snapshot') return refuse('frame_replayed');
  return ok(Math.min(clock.monotonicMillis(), askedAtMillis + laterMicros / 1_000));
}

/**
 * The same by the wall clocks, for a broker that tells no steady one: what they differ by is taken for time
 * that the frame was held back, beyond what is forgiven.
 */
export function wallMoment({ madeAtMicros }: FeedFrame, clock: Clock): number {
  const lagMillis = clock.now() - madeAtMicros / 1_000;
  return clock.monotonicMillis() - Math.max(0, lagMillis - clockSkewMillisMax);
}
