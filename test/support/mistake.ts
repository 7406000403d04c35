import { formatJoinString, type JoinString, parseJoinString } from '@creance/proto';
import { expect } from 'vitest';

/** An error as whoever made the mistake sees it. */
export interface SeenError {
  /** Its stable code. */
  readonly code: string;
  /** All that is shown of it. */
  readonly text: string;
}

/** One typical mistake, really made. */
export interface Mistake {
  /** What somebody does. */
  readonly does: string;
  /** The code that must be seen. */
  readonly code: string;
  /** What the text must name: the fix. */
  readonly fix: RegExp;
  /** What else the text must hold. */
  readonly also?: RegExp;
  /** Makes the mistake. */
  readonly make: () => Promise<SeenError>;
}

/** What nobody may read in an error: a join string, the start of a token or proof, a private key. */
const bearer = /creance-join:v1:\w{8}|eyJ[\w-]{10}|"d":/;

/** Makes the mistake, and holds the error against the rule: code, what happened, the fix, nothing secret. */
export async function made({ make, code, fix, also }: Mistake): Promise<void> {
  const seen = await make();
  expect(seen.code, seen.text).toBe(code);
  expect(seen.text).toMatch(fix);
  expect(seen.text).toMatch(also ?? /./);
  expect(seen.text).not.toMatch(bearer);
  // Said once: a wrapper that puts the code in front again would say it twice.
  expect(seen.text).not.toMatch(/\b(CREANCE_\w+)\b.*\b\1\b/);
}

/** The error of what must fail: its code, and its message. */
export async function failureOf(work: Promise<unknown>): Promise<SeenError> {
  const error = await work.then(
    () => new Error('it went well'),
    (fault: Error) => fault,
  );
  const { code, message } = error as Error & { readonly code?: string };
  return { code: code ?? error.name, text: message };
}

/** The same of an error of the SDK, in the one form of errors. */
export async function sdkErrorOf(work: Promise<unknown>): Promise<SeenError> {
  const seen = await failureOf(work);
  expect(seen.text).toMatch(/^CREANCE_[A-Z_]+ [a-z].* — .*fix: [^;]+/);
  expect(seen.text.startsWith(`${seen.code} `)).toBe(true);
  return seen;
}

/** A join string with other parts. */
export function otherwise(join: string, parts: Partial<JoinString>): string {
  return formatJoinString({ ...(parseJoinString(join) as JoinString), ...parts });
}
