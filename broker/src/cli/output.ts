import { styleText } from 'node:util';
import type { StartFault } from '../start-fault.js';

/** Where a command writes: results to one, words to the other. */
export interface Output {
  readonly result: (text: string) => void;
  readonly words: (text: string) => void;
}

/** How results are printed: for people or for programs. */
export type Format = 'table' | 'json';

/** The process's own streams. */
export const processOutput: Output = {
  result: (text) => void process.stdout.write(`${text}\n`),
  words: (text) => void process.stderr.write(`${text}\n`),
};

/**
 * A command that failed: its message is for people, and it ends the process with its code. Without a message
 * everything has been said.
 */
export class CommandFailed extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Text from elsewhere, safe for a terminal: control and direction characters are shown as escapes. */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
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
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const [first = [], ...others] = cells;
  return [styleText('dim', line(first)), ...others.map(line)].join('\n');
}

/** Rows as people or programs read them. */
export function printRows<Column extends string>(
  rows: readonly Readonly<Record<Column, string>>[],
  columns: readonly Column[],
  format: Format,
  output: Output,
): void {
  if (format === 'json') output.result(JSON.stringify(rows));
  else if (rows.length === 0) output.words('none');
  else
    output.result(
      formatTable(
        columns,
        rows.map((row) => columns.map((column) => row[column])),
      ),
    );
}

/** Unix time in microseconds as people and programs read it. */
export function instantText(micros: bigint): string {
  return new Date(Number(micros / 1_000n)).toISOString();
}
