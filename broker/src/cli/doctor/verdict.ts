/** What a check has found. */
export interface Finding {
  /** Name of the check. */
  readonly check: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** What to do; with everything that is not ok. */
  readonly fix: string | undefined;
}

/** All is well. */
export function fine(check: string, found: string): Finding {
  return { check, verdict: 'ok', found, fix: undefined };
}

/** It works, and will not for ever, or cannot be told. */
export function warning(check: string, found: string, fix: string): Finding {
  return { check, verdict: 'warn', found, fix };
}

/** It does not work. */
export function failure(check: string, found: string, fix: string): Finding {
  return { check, verdict: 'fail', found, fix };
}
