import type { Denial } from '../domain/denial.js';
import { type CurrentRegistry, ownerOf } from '../domain/registry.js';
import type { Session } from '../domain/session.js';
import type { Clock } from '../runtime/clock.js';
import { openRate } from '../runtime/rate.js';
import { services } from './access.js';
import type { CallNote } from './call-record.js';
import type { EdgeLimits } from './limits.js';
import type { Report } from './report.js';

/** Parts of the rates. */
export interface RateParts {
  readonly registry: CurrentRegistry;
  readonly clock: Clock;
  readonly limits: EdgeLimits;
  readonly report: Pick<Report, 'limitHit'>;
}

/** How many calls may come: of a member, of an owner, and failed ones of an origin. */
export interface Rates {
  /** Takes one call off the rates of a session's member and owner; gives the refusal when none is left. */
  meter(note: CallNote, session: Session): Denial | undefined;
  /** The refusal of an origin that has failed too often; undefined when it may try. */
  failed(note: CallNote, origin: string): Denial | undefined;
  noteFailure(note: CallNote, origin: string): void;
}

/** Opens the rates, all of them full. */
export function openRates({ registry, clock, limits, report }: RateParts): Rates {
  const rateOf = (burst: number, perSecond: number) => openRate(burst, perSecond, limits.rateKeys);
  const failures = rateOf(limits.failuresBurst, limits.failuresPerSecond);
  const perMember = rateOf(limits.workloadBurst, limits.workloadPerSecond);
  const perOwner = rateOf(limits.ownerBurst, limits.ownerPerSecond);
  const limited = (limit: keyof EdgeLimits, millis: number): Denial | undefined => {
    if (millis <= 0) return undefined;
    report.limitHit(limit);
    return { reason: 'rate_limited', retryAfterMillis: millis };
  };
  return {
    meter(note, session) {
      const [lane, now] = [laneOf(note), clock.monotonicMillis()];
      const memberWait = perMember.take(lane + memberKey(session), now);
      if (memberWait > 0) return limited('workloadPerSecond', memberWait);
      const owner = `${lane}${session.kind} ${ownerOf(registry(), session)}`;
      return limited('ownerPerSecond', perOwner.take(owner, now));
    },
    failed: (note, origin) =>
      limited('failuresPerSecond', failures.peek(laneOf(note) + origin, clock.monotonicMillis())),
    noteFailure: (note, origin) =>
      void failures.take(laneOf(note) + origin, clock.monotonicMillis()),
  };
}

const cuts: ReadonlySet<string> = new Set([
  services.operator.cut.path,
  services.operator.suspend.path,
  services.operator.compromiseKey.path,
]);

/** What ends or holds has rates of its own, so that a flood of anything else never stands before it. */
function laneOf({ method }: CallNote): string {
  return cuts.has(method) ? 'cut ' : 'any ';
}

function memberKey({ kind, name }: Session): string {
  return `${kind} ${name}`;
}
