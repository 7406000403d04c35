import type { RecordedFields } from './recorded.js';

/** Events may come so much out of order; an older one shows that the clock has been set back. */
const disorderMillis = 2_000;

/** The last instant that counts as one: the end of the year 9999 (RFC 3339). */
const lastMillis = 253_402_300_799_999;

/**
 * Milliseconds of the events of one session of history; undefined as long as it has had no time. An event
 * with no time or an impossible one counts as that of the one before, and a clock that goes back goes on
 * from where it was: such events pass for fast rather than for nothing, so that nobody is calmer for them.
 */
export function timesOf(
  events: readonly Pick<RecordedFields, 't_ms'>[],
): readonly (number | undefined)[] {
  let latest: number | undefined;
  let shift = 0;
  return events.map(({ t_ms: millis }) => {
    if (!isTime(millis)) return latest;
    // A session's first event may be at zero, which is also how the engine says that there was none.
    let at = millis + 1 + shift;
    if (latest !== undefined && at < latest - disorderMillis) {
      shift += latest - at;
      at = latest;
    }
    latest = Math.max(latest ?? at, at);
    return at;
  });
}

function isTime(millis: number | null | undefined): millis is number {
  return typeof millis === 'number' && millis >= 0 && millis < lastMillis;
}
