import type { TestContext } from 'vitest';
import { isLong } from './long.js';

/** What a test of a fault has measured: numbers and short words under names with their unit. */
export type Figures = Readonly<Record<string, number | string>>;

declare module 'vitest' {
  interface TaskMeta {
    /** What the page of reliability says of this test. */
    figures?: Figures;
  }
}

/**
 * Hands over what a test has measured, seed included, for `docs/reliability.md`. Numbers are rounded to three
 * places; a later call of the same test adds to an earlier one.
 */
export function figure(task: TestContext['task'], figures: Figures): void {
  const rounded = Object.entries(figures).map(([name, value]) => [
    name,
    typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value,
  ]);
  task.meta.figures = { ...task.meta.figures, ...Object.fromEntries(rounded) };
}

/** A count of the long set, or of the quick one; or whatever else differs. */
export function sized<Size>(quick: Size, long: Size): Size {
  return isLong ? long : quick;
}

/** What a run is seeded with: always the same, unless `CREANCE_SEED` names another. */
export const faultSeed: number = Number(process.env['CREANCE_SEED'] ?? 20_261_125);
