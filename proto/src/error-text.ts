/** What an error may say to its reader; who may know less leaves the rest out. */
export interface ErrorParts {
  /** Stable, such as `CREANCE_SCOPE_NOT_GRANTED`. */
  readonly code: string;
  /** What happened. */
  readonly what: string;
  /** The setting, file or address that it is about. */
  readonly at?: string | undefined;
  readonly presented?: string | undefined;
  readonly nearestRule?: string | undefined;
  readonly missing?: string | undefined;
  /** What to do: a command, a setting, or file and line. */
  readonly fix: string;
  /** Id of the request, by which log and audit know more. */
  readonly request?: string | undefined;
  /** The command that says more. */
  readonly more?: string | undefined;
}

/**
 * The one form of every error for people: `<code> <what happened> — at: …; presented: …; nearest rule: …;
 * missing: …; fix: …; request: …; more: …`, without what is not known. Safe for a terminal: controls, and
 * characters that turn or hide text, are shown as escapes. Holds what it is given: never bearer material.
 */
export function errorText(parts: ErrorParts): string {
  const named: readonly (readonly [string, string | undefined])[] = [
    ['at', parts.at],
    ['presented', parts.presented],
    ['nearest rule', parts.nearestRule],
    ['missing', parts.missing],
    ['fix', parts.fix],
    ['request', parts.request],
    ['more', parts.more],
  ];
  const known = named.filter(([, words]) => words !== undefined && words !== '');
  const facts = known.map(([name, words]) => `${name}: ${words}`).join('; ');
  return escaped(`${parts.code} ${parts.what} — ${facts}`);
}

/** Controls, formats, half characters and line ends: what moves a cursor, hides or reorders. */
function escaped(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** The documents of this repository, as they are published. */
const docsBase = 'https://creance.dev/docs/';

/** Which package says something by itself: each has a page of its own. */
export type ErrorSource = 'agent' | 'verifier';

/** The place that explains a reason of the broker. */
export function reasonDocsUrl(reason: string): string {
  return `${docsBase}reference/reasons.md#${reason}`;
}

/** The place that explains what a package says by itself; `name` is the code in lower case, without `CREANCE_`. */
export function errorDocsUrl(source: ErrorSource, name: string): string {
  return `${docsBase}reference/errors-${source}.md#${name}`;
}
