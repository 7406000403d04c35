import { manifestBounds } from './bounds.js';

/** Keys and list positions from the file's own map down. */
export type Path = readonly (string | number)[];

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Everything beyond printable ASCII as `\uXXXX`: a Cyrillic letter must not look like a Latin one. */
export function printableAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, escapeUnit);
}

/** Only what moves a cursor, hides or reorders, as `\uXXXX`: the name of a file may be in any script. */
export function printableText(text: string): string {
  return text.replace(/(?! )[\p{C}\p{Z}]/gu, (found) => found.split('').map(escapeUnit).join(''));
}

/** A presented value for a sentence: in quotes, short, ASCII. */
export function quoted(value: string): string {
  const most = manifestBounds.shownChars;
  const shown = value.length > most ? `${value.slice(0, most)}...` : value;
  return printableAscii(JSON.stringify(shown));
}

/** Several words for a sentence: `a, b or c`. */
export function listed(words: readonly string[], last: string): string {
  const head = words.slice(0, -1).join(', ');
  return head === '' ? words.join('') : `${head} ${last} ${words.at(-1)}`;
}

/** A path for people; a key that could be read as two is set in quotes. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[A-Za-z0-9_:/-]{1,80}$/.test(step)) text += `[${quoted(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
