import { createHash } from 'node:crypto';
import { ok, type Result, refuse } from '@creance/proto';
import { choosePrimitives } from '../choose-primitives.js';
import { DestinationKey } from '../destinations.js';
import type { VerifierEvent } from '../events.js';
import { type VerifierLimits, verifierLimits } from '../limits.js';
import type { Report, ReportFault, ReportReply } from '../reports/report.js';
import { Reporter } from '../reports/reporter.js';
import { systemEntropy } from '../runtime/entropy.js';
import { type TestClock, testClock } from './test-clock.js';

/** What a broker says to a report. */
export type Answer = Result<ReportReply, ReportFault>;

/** A report that was taken, and nothing is asked for. */
export const taken: ReportReply = { dropped: 0, proofsWanted: [] };

/** A broker that cannot be reached. */
export const away: Answer = refuse({ status: 'UNAVAILABLE', reason: undefined });

/** SHA-256 as base64url. */
export const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url');

/** A reporter, a clock that a test moves, and a broker that says what a test says. */
export interface ReporterBench {
  readonly clock: TestClock;
  readonly reporter: Reporter;
  readonly broker: { answer: () => Answer | Promise<Answer> };
  readonly reports: Report[];
  readonly events: VerifierEvent[];
  /** How many texts were hashed. */
  hashed(): number;
  /** Lets time pass, and what was started end. */
  pass(millis: number): Promise<void>;
  /** All that was reported. */
  sent(): Report['actions'];
  limitsHit(): VerifierEvent[];
}

/** Opens a reporter on its own. */
export function openReporter(
  limits: Partial<VerifierLimits> = {},
  destinationKey: DestinationKey | undefined = new DestinationKey(new Uint8Array(32)),
): ReporterBench {
  const clock = testClock();
  const reports: Report[] = [];
  const events: VerifierEvent[] = [];
  const broker: ReporterBench['broker'] = { answer: () => ok(taken) };
  const primitives = choosePrimitives();
  let hashed = 0;
  const reporter = new Reporter({
    async send(report) {
      reports.push(report);
      return broker.answer();
    },
    destinationKey: () => destinationKey,
    primitives: {
      ...primitives,
      sha256(text) {
        hashed += 1;
        return primitives.sha256(text);
      },
    },
    clock,
    entropy: systemEntropy,
    limits: { ...verifierLimits, ...limits },
    onEvent: (event) => events.push(event),
  });
  const pass = async (millis: number) => {
    clock.advance(millis);
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const sent = () => reports.flatMap(({ actions }) => actions);
  const limitsHit = () => events.filter(({ kind }) => kind === 'limit');
  return { broker, clock, events, hashed: () => hashed, limitsHit, pass, reporter, reports, sent };
}
