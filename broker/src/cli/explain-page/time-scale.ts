/** Places of instants on a line, and back. */
export interface TimeScale {
  readonly startMillis: number;
  x(atMillis: number): number;
  /** The instant at a place. */
  at(x: number): number;
}

/** Pauses that are drawn twice and three times as wide as none: ten times this, a hundred times. */
const pauseMillis = 100;

/**
 * A scale on which every instant has a place of its own and long pauses are short: a session that acts
 * every five seconds, and then sixty times within one, is to be seen in both its halves. The width of a
 * pause grows with its logarithm.
 */
export function timeScale(instants: readonly number[], left: number, right: number): TimeScale {
  const known = [...new Set(instants)].sort((one, other) => one - other);
  const sums = [0];
  for (let at = 1; at < known.length; at += 1) {
    const pause = (known[at] as number) - (known[at - 1] as number);
    sums.push((sums[at - 1] as number) + 1 + Math.log10(1 + pause / pauseMillis));
  }
  const whole = sums.at(-1) ?? 0;
  const places =
    whole === 0
      ? known.map(() => (left + right) / 2)
      : sums.map((sum) => left + (sum / whole) * (right - left));
  return {
    startMillis: known[0] ?? 0,
    x: (atMillis) => between(known, places, atMillis) ?? (left + right) / 2,
    at: (x) => between(places, known, x) ?? 0,
  };
}

/** Goes from one row of rising numbers to another, in straight lines. */
function between(
  from: readonly number[],
  to: readonly number[],
  value: number,
): number | undefined {
  const after = from.findIndex((one) => one >= value);
  if (after < 0) return to.at(-1);
  const [low, high] = [from[after - 1], from[after] as number];
  if (low === undefined || high === low) return to[after];
  const [start, end] = [to[after - 1] as number, to[after] as number];
  return start + ((value - low) / (high - low)) * (end - start);
}

/** A label below the line. */
export interface Tick {
  readonly x: number;
  readonly label: string;
}

/** Pixels between two labels at least: the longest has nine characters. */
const tickPixels = 84;

/** Labels at even places, each with the time since the start; one that says the same as before is left out. */
export function ticksOf(scale: TimeScale, left: number, right: number): readonly Tick[] {
  if (scale.at(left) === scale.at(right))
    return [{ x: scale.x(scale.startMillis), label: sinceText(0) }];
  const steps = Math.max(1, Math.floor((right - left) / tickPixels));
  const places = Array.from({ length: steps + 1 }, (_, at) => left + (at * (right - left)) / steps);
  const sinceStart = places.map((x) => scale.at(x) - scale.startMillis);
  const ticks = places.map((x, at) => ({ x, label: sinceText(sinceStart[at] ?? 0) }));
  return ticks.filter(({ label }, at) => label !== ticks[at - 1]?.label);
}

/** A time since the start: `+413 ms`, `+12.4 s`, `+2:05.1`, `+3:02:05`. */
export function sinceText(millis: number): string {
  if (millis < 1_000) return `+${Math.round(millis)} ms`;
  if (millis < 60_000) return `+${(millis / 1_000).toFixed(millis < 10_000 ? 2 : 1)} s`;
  const tenths = Math.round(millis / 100);
  const [hours, minutes] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60];
  const seconds = (tenths % 600) / 10;
  if (hours === 0) return `+${minutes}:${seconds.toFixed(1).padStart(4, '0')}`;
  const whole = String(Math.floor(seconds)).padStart(2, '0');
  return `+${hours}:${String(minutes).padStart(2, '0')}:${whole}`;
}
