import { styleText } from 'node:util';
import type { Reason } from '@creance/proto';
import type { StartFault } from '../start-fault.js';
import { yamlText } from './yaml-text.js';

/** Where a command writes: results to one, words to the other. */
export interface Output {
  readonly result: (text: string) => void;
  readonly words: (text: string) => void;
  /** Whether results go to a terminal, which may be drawn anew. */
  readonly isTerminal?: boolean;
  /** How wide a terminal is, in characters; undefined where results go to none. */
  readonly columns?: number | undefined;
  /** Clears the terminal; only where results go to one. */
  readonly clear?: () => void;
}

/** How results are printed: for people or for programs. */
export const formats = ['table', 'json', 'yaml'] as const;

/** See `formats`. */
export type Format = (typeof formats)[number];

/** The process's own streams. */
export const processOutput: Output = {
  result: (text) => void process.stdout.write(`${text}\n`),
  words: (text) => void process.stderr.write(`${text}\n`),
  isTerminal: process.stdout.isTTY === true,
  // Asked anew each time: a terminal that is watched may change.
  get columns() {
    return process.stdout.isTTY ? process.stdout.columns : undefined;
  },
  clear: () => void process.stdout.write('\u001b[2J\u001b[H'),
};

/** Every character that could do something to a terminal, with what follows it where that is a style. */
const doing = /([\p{Cc}\p{Cf}\p{Zl}\p{Zp}])(\[[\d;]*m)?/gu;

const escapeCharacter = '\u001b';

/**
 * An output by which nothing from elsewhere does anything to a terminal, whatever a command has forgotten:
 * control and direction characters are shown as escapes. Line ends and our own colours stay.
 */
export function guarded(output: Output): Output {
  const safe = (text: string) =>
    text.replaceAll(doing, (found, character: string, style = '') => {
      const isStyle = character === escapeCharacter && style !== '';
      return isStyle || character === '\n' ? found : escapeOf(character) + style;
    });
  return {
    ...output,
    result: (text) => output.result(safe(text)),
    words: (text) => output.words(safe(text)),
  };
}

/**
 * A command that failed: its message is for people, and it ends the process with its code. Without a message
 * everything has been said.
 */
export class CommandFailed extends Error {
  readonly exitCode: number;
  /** The broker's refusal, where there is one. */
  readonly reason: Reason | undefined;
  /** Whether no broker was there, or none that answered: the same may succeed later. */
  readonly isUnreachable: boolean;

  constructor(
    message: string,
    exitCode = 1,
    cause: { readonly reason?: Reason; readonly isUnreachable?: boolean } = {},
  ) {
    super(message);
    this.exitCode = exitCode;
    this.reason = cause.reason;
    this.isUnreachable = cause.isUnreachable === true;
  }
}

/** Text from elsewhere, safe for a terminal: control and direction characters are shown as escapes. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeOf);
}

function escapeOf(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A value as programs read it, in one line: characters that could do something to a terminal are escaped. */
export function jsonText(value: unknown): string {
  const unit = (at: string) => `\\u${at.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character.split('').map(unit).join(''),
  );
}

/** Prints a value as programs read it, or as text for people, which is made only then. */
export function print(value: unknown, text: () => string, format: Format, output: Output): void {
  if (format === 'json') output.result(jsonText(value));
  else output.result(format === 'yaml' ? yamlText(value) : text());
}

/** A start fault as people read it. */
export function formatStartFault({ code, lines, fix }: StartFault): string {
  return `${code} the broker did not start\n${lines.map((line) => `  ${line}`).join('\n')}\n  fix: ${fix}`;
}

/** A table: columns as wide as their widest cell, two spaces apart. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(printable));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => tinted(head[column], cell, cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const [first = [], ...others] = cells;
  return [styleText('dim', line(first)), ...others.map(line)].join('\n');
}

const tints: Readonly<Record<string, 'yellow' | 'red'>> = { suspended: 'yellow', revoked: 'red' };

/** The states that somebody on call looks for stand out. */
function tinted(head: string | undefined, cell: string, padded: string): string {
  const tint = head === 'state' && Object.hasOwn(tints, cell) ? tints[cell] : undefined;
  return tint === undefined ? padded : styleText(tint, padded);
}

/** Rows as people or programs read them. */
export function printRows<Column extends string>(
  rows: readonly Readonly<Record<Column, string>>[],
  columns: readonly Column[],
  format: Format,
  output: Output,
): void {
  if (format === 'table' && rows.length === 0) output.words('none');
  else print(rows, () => tableOf(rows, columns), format, output);
}

function tableOf<Column extends string>(
  rows: readonly Readonly<Record<Column, string>>[],
  columns: readonly Column[],
): string {
  return formatTable(
    columns,
    rows.map((row) => columns.map((column) => row[column])),
  );
}

/** Named values, one a line; those that are empty are left out. */
export function formatPairs(pairs: readonly (readonly [string, string])[]): string {
  const shown = pairs.filter(([, value]) => value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown
    .map(([name, value]) => `${styleText('dim', name.padEnd(width))}  ${printable(value)}`)
    .join('\n');
}

/** Unix time in microseconds as people and programs read it. */
export function instantText(micros: bigint): string {
  return new Date(Number(micros / 1_000n)).toISOString();
}
