declare const instantBrand: unique symbol;

/** An instant by the wall clock: whole Unix microseconds. */
export type Instant = number & { readonly [instantBrand]: 'instant' };

/** Whole Unix seconds of an instant, rounded down. */
export function unixSeconds(instant: Instant): number {
  return Math.floor(instant / 1_000_000);
}

/** The instant so many seconds later. */
export function plusSeconds(instant: Instant, seconds: number): Instant {
  return (instant + seconds * 1_000_000) as Instant;
}
