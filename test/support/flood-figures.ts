import type { AttackSeen } from './attacked-broker.js';
import type { LoopTimes } from './open-loop.js';

/**
 * How many times longer honest callers may wait beside an attack. Attacker, callers and broker share a
 * machine: the bound only finds callers who are shut out; the figures are read with `CREANCE_FIGURES=1`.
 */
export const slowerMax = 40;

/** Says what was seen, on request, as one line of JSON. */
export function flooded(name: string, quiet: LoopTimes, beside: LoopTimes, seen: AttackSeen): void {
  if (process.env['CREANCE_FIGURES'] === undefined) return;
  const { sent, closed, closedMillis, grewBytes } = seen;
  const figures = { name, quiet, beside, sent, closed, closedMillis, grewBytes };
  process.stderr.write(`${JSON.stringify(figures)}\n`);
}
