/** Whether the long sets are played: `CREANCE_LONG=1`. They take minutes, and are for every night. */
export const isLong: boolean = process.env['CREANCE_LONG'] === '1';

/** A count of the long set, or of the quick one that every run plays. */
export function longOr(long: number, quick: number): number {
  return isLong ? long : quick;
}

/** Milliseconds that a test of the long set may take. */
export const longMillis: number = longOr(3_600_000, 60_000);
