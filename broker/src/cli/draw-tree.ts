import { formatTable } from './output.js';
import type { SessionRow } from './sessions.js';

const columns = ['tree', 'state', 'session', 'age', 'seen', 'refused'] as const;

/**
 * Draws sessions as trees, roots in the order of the list, children by age: the oldest first. One whose
 * parent is not in the list stands at the left like a root, marked by `…`: it is not lost.
 */
export function drawTree(sessions: readonly SessionRow[], nowMicros: number): string {
  const known = new Set(sessions.map(({ session }) => session));
  const children = new Map<string, SessionRow[]>();
  for (const row of sessions) {
    const siblings = children.get(row.parent);
    if (siblings === undefined) children.set(row.parent, [row]);
    else siblings.push(row);
  }
  const lines: string[][] = [];
  const draw = (row: SessionRow, lead: string, below: string): void => {
    lines.push([lead + row.name, ...cellsOf(row, nowMicros)]);
    const own = [...(children.get(row.session) ?? [])].sort(byAge);
    for (const [at, child] of own.entries()) {
      const isLast = at === own.length - 1;
      draw(child, `${below}${isLast ? '└─ ' : '├─ '}`, `${below}${isLast ? '   ' : '│  '}`);
    }
  };
  for (const row of sessions) {
    if (row.parent === '') draw(row, '', '');
    else if (!known.has(row.parent)) draw(row, '… ', '  ');
  }
  return formatTable(columns, lines);
}

function byAge(one: SessionRow, other: SessionRow): number {
  return one.openedMicros - other.openedMicros;
}

function cellsOf(row: SessionRow, nowMicros: number): string[] {
  const { state, session, actionsAllowed, actionsRefused } = row;
  const age = ageText(nowMicros - row.openedMicros);
  return [state, session, age, String(actionsAllowed), String(actionsRefused)];
}

const units = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** The two largest units of an age: `2h 5m`. */
export function ageText(micros: number): string {
  let left = Math.max(0, Math.floor(micros / 1_000_000));
  const parts: string[] = [];
  for (const [unit, seconds] of units) {
    const whole = Math.floor(left / seconds);
    left -= whole * seconds;
    if (whole > 0 || parts.length > 0) parts.push(`${whole}${unit}`);
    if (parts.length === 2) break;
  }
  return parts.join(' ') || '0s';
}
