import type { RowName } from './goals.js';
import { type Spread, spreadOf } from './harness.js';

/** What one subject of a goal measured, by itself. */
export interface Part extends Spread {
  readonly name: string;
  readonly unit: string;
}

/** What was measured for one row of the table of goals. */
export interface Figure {
  readonly row: RowName;
  /** Of medians. */
  readonly value: number;
  /** Of the best rounds: a gate is missed only when this is over it too. */
  readonly best: number;
  readonly parts: readonly Part[];
  /** What must be known to read it. */
  readonly note?: string;
}

/** A part that is shown beside a figure. */
export function part(name: string, unit: string, { median, least, most }: Spread): Part {
  return { name, unit, median, least, most };
}

/** One part divided by another: medians by medians, and the least by the least. */
export function ratio(row: RowName, over: Part, under: Part, more: Partial<Figure> = {}): Figure {
  const value = over.median / under.median;
  return { row, value, best: over.least / under.least, parts: [over, under], ...more };
}

/** A figure that is a quantity by itself, of which less is better. */
export function quantity(row: RowName, of: Part, more: Partial<Figure> = {}): Figure {
  return { row, value: of.median, best: of.least, parts: [of], ...more };
}

/** Operations a second of CPU, from microseconds of each. */
export function perCpuSecond(row: RowName, micros: Part, more: Partial<Figure> = {}): Figure {
  return {
    row,
    value: 1e6 / micros.median,
    best: 1e6 / micros.least,
    parts: [micros],
    ...more,
  };
}

/** The share of sorted values that lies below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}

/** A part made of numbers of its own, one a round. */
export function partOf(name: string, unit: string, values: readonly number[]): Part {
  return part(name, unit, spreadOf(values));
}

/** A part of an interleaved run. */
export function partIn(spreads: ReadonlyMap<string, Spread>, name: string, unit = 'µs'): Part {
  const spread = spreads.get(name);
  if (spread === undefined) throw new Error(`${name} was not measured`);
  return part(name, unit, spread);
}
