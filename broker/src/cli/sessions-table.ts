import { stripVTControlCharacters } from 'node:util';
import { ageText } from './draw-tree.js';
import { formatTable } from './output.js';
import type { SessionRow } from './sessions.js';

type Column = (row: SessionRow, nowMicros: number) => string;

const columns = {
  session: ({ session }) => session,
  state: ({ state }) => state,
  age: ({ openedMicros }, nowMicros) => ageText(nowMicros - openedMicros),
  'last seen': ({ lastSeenMicros }, nowMicros) => `${ageText(nowMicros - lastSeenMicros)} ago`,
  name: ({ kind, name }) => (kind === 'workload' ? name : `${name} (${kind})`),
  owner: ({ owner }) => owner,
  opened: ({ opened }) => opened,
  ends: ({ ends }) => ends,
} as const satisfies Readonly<Record<string, Column>>;

/** Columns, the most first: the first row of them that fits is shown. What is left out is in the other formats. */
const choices: readonly (readonly (keyof typeof columns)[])[] = [
  ['session', 'state', 'age', 'last seen', 'name', 'owner', 'opened', 'ends'],
  ['session', 'state', 'age', 'last seen', 'name', 'owner'],
  ['session', 'state', 'last seen', 'name', 'owner'],
  ['session', 'state', 'last seen', 'name'],
  ['session', 'state', 'name'],
];

/** A name is cut no shorter than this. */
const nameCharsLeast = 12;

/**
 * Sessions as a table of a width in characters, by default of any: columns are left out before names are cut, and
 * an id is always whole, so that it can be copied.
 */
export function sessionsTable(
  rows: readonly SessionRow[],
  nowMicros: number,
  width: number = Number.POSITIVE_INFINITY,
): string {
  const drawn = choices.map((names) => tableOf(rows, nowMicros, names));
  const fitting = drawn.find((table) => widthOf(table) <= width);
  if (fitting !== undefined) return fitting;
  const narrowest = drawn.at(-1) ?? '';
  const longest = Math.max(...rows.map((row) => columns.name(row).length));
  const most = Math.max(nameCharsLeast, longest - (widthOf(narrowest) - width));
  const cut = rows.map((row) => ({
    ...row,
    kind: 'workload',
    name: shortened(columns.name(row), most),
  }));
  return tableOf(cut, nowMicros, choices.at(-1) ?? []);
}

function tableOf(
  rows: readonly SessionRow[],
  nowMicros: number,
  names: readonly (keyof typeof columns)[],
): string {
  return formatTable(
    names,
    rows.map((row) => names.map((name) => columns[name](row, nowMicros))),
  );
}

function widthOf(table: string): number {
  return Math.max(
    ...stripVTControlCharacters(table)
      .split('\n')
      .map((line) => line.length),
  );
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
