import type { Figure } from './figure.js';
import { measureIssue } from './goals/g01-g02-issue.js';
import { measurePeers } from './goals/g03-peers.js';
import { measureVerify } from './goals/g04-g05-verify.js';
import { measureTreeCut } from './goals/g06-tree-cut.js';
import { measureSpread } from './goals/g07-g08-spread.js';
import { measureReports } from './goals/g09-reports.js';
import { measureProfile } from './goals/g10-profile.js';
import { measureStored } from './goals/g10-stored.js';
import { measureGrowth } from './goals/g11-g12-growth.js';
import { measureColdStart } from './goals/g12-cold-start.js';
import { measureTracing } from './goals/g13-tracing.js';
import { measureLatency } from './goals/g14-latency.js';
import type { Plan } from './plan.js';

/** One thing to run, and the goals of which it measures rows. */
export interface Measure {
  readonly goals: readonly string[];
  readonly run: (plan: Plan) => Promise<readonly Figure[]>;
}

/** All of them, in order. */
export const measures: readonly Measure[] = [
  { goals: ['G1', 'G2'], run: measureIssue },
  { goals: ['G3'], run: measurePeers },
  { goals: ['G4', 'G5', 'G11'], run: measureVerify },
  { goals: ['G6'], run: measureTreeCut },
  { goals: ['G7', 'G8'], run: measureSpread },
  { goals: ['G9'], run: measureReports },
  { goals: ['G9', 'G10'], run: measureProfile },
  { goals: ['G10'], run: measureStored },
  { goals: ['G10', 'G11', 'G12'], run: measureGrowth },
  { goals: ['G12'], run: measureColdStart },
  { goals: ['G13'], run: measureTracing },
  { goals: ['G14'], run: measureLatency },
];
