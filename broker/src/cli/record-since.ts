import { InvalidArgumentError, Option } from 'commander';
import type { Instant } from '../domain/instant.js';
import { systemClock } from '../runtime/clock.js';

const spanMicros: Readonly<Record<string, number>> = {
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
  w: 604_800_000_000,
};

/** A date, or a time with its zone: without one it would be another instant on another machine. */
const isoForm = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?$/;

/** From when on: so long ago, or an instant. */
export function sinceOption(): Option {
  return new Option('--since <time>', 'only from then on: 90m, 12h, 7d, 2w, or an ISO 8601 time')
    .argParser((text) => {
      const since = parseSince(text, systemClock.now());
      if (since !== undefined) return since;
      throw new InvalidArgumentError('Write 90m, 12h, 7d, 2w, 2026-01-31 or 2026-01-31T09:00:00Z.');
    })
    .default(0, 'all that is kept');
}

/** The instant that `--since` names; undefined for what names none. */
export function parseSince(text: string, now: Instant): Instant | undefined {
  const [, number, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (number !== undefined)
    return Math.max(0, now - Number(number) * (spanMicros[unit] ?? 0)) as Instant;
  const millis = isoForm.test(text) ? Date.parse(text) : Number.NaN;
  // Before 1970 nothing was kept either.
  return Number.isNaN(millis) ? undefined : (Math.max(0, millis * 1_000) as Instant);
}
