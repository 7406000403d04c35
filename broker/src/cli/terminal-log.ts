import { styleText } from 'node:util';
import { printable } from './output.js';

/** Characters of one field; JSON has all of it. */
const fieldMost = 200;

/** Levels as pino numbers them, with the colour of their name. */
const levels = {
  10: ['TRACE', 'dim'],
  20: ['DEBUG', 'dim'],
  30: ['INFO', 'green'],
  40: ['WARN', 'yellow'],
  50: ['ERROR', 'red'],
  60: ['FATAL', 'red'],
} as const;

/** What a line says in its own places, or not at all to somebody who looks at a terminal. */
const placed = new Set([
  'level',
  'time',
  'pid',
  'hostname',
  'msg',
  'stack',
  'reason',
  'fix',
  'requestId',
]);

/** Of a refusal this is enough: the request is explained by `creance explain`. */
const ofRefusal = ['missing'] as const;

/**
 * A line of the log for somebody who sits before it: time, level, message, reason, what else it says, fix and
 * request. Whatever strangers have sent is escaped. A line that is no JSON stays as it is, escaped.
 */
export function terminalLine(json: string): string {
  const line = parsed(json);
  if (line === undefined) return `${printable(json.trimEnd())}\n`;
  const { level, time, msg, reason, fix, requestId } = line;
  const [name, colour] = levels[Number(level) as keyof typeof levels] ?? ['LOG', 'dim'];
  const names =
    reason === undefined ? Object.keys(line).filter((key) => !placed.has(key)) : ofRefusal;
  const parts = [
    styleText('dim', clockTime(time)),
    styleText(colour, name.padEnd(5)),
    said(msg),
    said(reason),
    ...names.map((key) => pair(key, line[key])),
    pair('fix:', fix),
    pair('request', requestId),
  ];
  return `${parts.filter((part) => part !== '').join('  ')}\n`;
}

function parsed(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const line = JSON.parse(json);
    return typeof line === 'object' && line !== null ? line : undefined;
  } catch {
    return undefined;
  }
}

function clockTime(time: unknown): string {
  const instant = new Date(Number(time));
  return Number.isNaN(instant.getTime()) ? '' : instant.toISOString().slice(11, 23);
}

function pair(name: string, value: unknown): string {
  const text = said(value);
  return text === '' ? '' : `${styleText('dim', printable(name))} ${text}`;
}

function said(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const whole = [...text];
  return printable(whole.length > fieldMost ? `${whole.slice(0, fieldMost).join('')}…` : text);
}
