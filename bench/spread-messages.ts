import type { JsonWebKey } from 'node:crypto';

/** What a host of verifiers is told. */
export type HostAsk =
  /** Lets every verifier run a call of this session, and watches how it ends. */
  | { readonly kind: 'arm'; readonly token: string; readonly key: JsonWebKey }
  /** When did every verifier stand at this revision? */
  | { readonly kind: 'when'; readonly revision: number };

/** What it says. Times are milliseconds of the machine's monotonic clock, one a verifier. */
export type HostTell =
  | { readonly kind: 'ready' }
  | { readonly kind: 'armed' }
  | { readonly kind: 'ended'; readonly atMillis: readonly number[] }
  | { readonly kind: 'stood'; readonly atMillis: readonly number[] };

/** Milliseconds of the clock that all processes of the machine share (CLOCK_MONOTONIC). */
export function sharedMillis(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
