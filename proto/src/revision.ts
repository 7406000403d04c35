declare const revisionBrand: unique symbol;

/**
 * A position in the revocation log: max(last + 1, Unix time in µs). Only grows. An integer that a
 * double holds exactly until the year 2255.
 */
export type Revision = number & { readonly [revisionBrand]: 'revision' };

/** The revision before the first row of a log. */
export const revisionZero: Revision = 0 as Revision;

/** Parses a revision; undefined when it is negative, fractional or not exact. */
export function parseRevision(value: unknown): Revision | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as Revision) : undefined;
}

/** Parses a revision off the wire (uint64). */
export function revisionFromWire(value: bigint): Revision | undefined {
  return parseRevision(Number(value));
}

/** The next revision of a log that stands at `last`, at Unix time `nowMicros`. */
export function nextRevision(last: Revision, nowMicros: number): Revision {
  return Math.max(last + 1, Math.floor(nowMicros)) as Revision;
}
