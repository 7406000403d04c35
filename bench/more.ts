import { measureEventToDecision } from './event-to-decision.js';
import { measureReportCost } from './report-cost.js';
import { measureTokenSize } from './token-size.js';

/** Figures that no goal asks for: bytes of a token, what a report costs a resource, how fast the watch decides. */
export async function measureMore(isQuick: boolean): Promise<void> {
  measureTokenSize();
  await measureReportCost(isQuick);
  await measureEventToDecision(isQuick);
}
