import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Figure } from './figure.js';
import { type RowName, rowNames } from './goals.js';
import type { MeasuredPeer } from './peers/peer.js';

/** A row as it was measured, and how thoroughly. */
export interface Row extends Figure {
  readonly isQuick: boolean;
  /** UTC, to the minute. */
  readonly measuredAt: string;
}

/** What all of it was measured on. */
export interface Place {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** What a run leaves behind: `results.json`, of which the page is made. */
export interface Results {
  readonly place: Place;
  readonly slots: { readonly taken: number; readonly dropped: number; readonly loud: number };
  readonly seconds: number;
  readonly rows: Readonly<Partial<Record<RowName, Row>>>;
  readonly peers: readonly MeasuredPeer[];
  /** Goals that could not be measured, and what said no. */
  readonly failed: Readonly<Record<string, string>>;
}

/** Reads the results that were kept; undefined where there are none. */
export function readResults(file: string): Results | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined;
}

/** Keeps results, the rows in the order of the table. */
export function writeResults(file: string, results: Results): void {
  const rows = Object.fromEntries(
    rowNames.flatMap((name) => (results.rows[name] ? [[name, results.rows[name]]] : [])),
  );
  writeFileSync(file, `${JSON.stringify({ ...results, rows }, rounded, 2)}\n`);
}

/** What a later run of some goals measured takes the place of what was there. */
export function merged(old: Results | undefined, fresh: Results): Results {
  if (old === undefined) return fresh;
  const failed = Object.fromEntries(
    Object.entries(old.failed).filter(([goal]) => !measuresGoal(fresh, goal)),
  );
  return {
    ...fresh,
    rows: { ...old.rows, ...fresh.rows },
    peers: fresh.peers.length > 0 ? fresh.peers : old.peers,
    failed: { ...failed, ...fresh.failed },
  };
}

function measuresGoal({ rows }: Results, goal: string): boolean {
  return Object.keys(rows).some((row) => row.split('.')[0] === goal);
}

/** Four digits are more than any of these figures repeats by. */
function rounded(_name: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value)
    ? Number(value.toPrecision(4))
    : value;
}
