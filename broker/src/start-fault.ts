/** Why a broker does not start: for people, with the fix. */
export interface StartFault {
  /** Stable name. */
  readonly code: string;
  /** One line for each fault; files with line and column where there are any. */
  readonly lines: readonly string[];
  readonly fix: string;
  /** Exit code of the process, by sysexits: 75 try again, 78 configuration. */
  readonly exitCode: 75 | 78;
}

/** A fault of configuration. */
export function configurationFault(code: string, line: string, fix: string): StartFault {
  return { code, lines: [line], fix, exitCode: 78 };
}
