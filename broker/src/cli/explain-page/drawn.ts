import type { Level } from '../../domain/risk.js';
import type { ShownPoint, ShownSession, ShownTree } from '../explained.js';

/** Sessions that are drawn at most: the one that was asked for, then those under the most suspicion. */
export const sessionsDrawn = 8;
/** Systems that have a lane of their own; what is beyond shares one. */
export const lanesDrawn = 12;

/** The lane of systems that have none. */
export const otherLane = 'other systems';

/** What the picture shows of a tree. */
export interface Drawn {
  readonly sessions: readonly ShownSession[];
  /** Sessions with a timeline that are not in the picture. */
  readonly hidden: number;
  /** Systems from top to bottom, in the order of their first action. */
  readonly lanes: readonly string[];
  /** Unix times in milliseconds of everything that is drawn. */
  readonly instants: readonly number[];
}

/** Picks what the picture shows; no lane when there is nothing to show. */
export function drawnOf({ sessions, asked }: ShownTree): Drawn {
  const withPoints = sessions.filter(({ points }) => points.length > 0);
  const ranked = withPoints.toSorted((one, other) => {
    const isAsked = Number(other.session === asked) - Number(one.session === asked);
    return isAsked || other.peak - one.peak;
  });
  const shown = ranked.slice(0, sessionsDrawn);
  const points = shown.flatMap((session) => session.points);
  const decisions = shown.flatMap((session) => session.decisions);
  return {
    sessions: shown,
    hidden: ranked.length - shown.length,
    lanes: lanesOf(points),
    instants: [...points, ...decisions].map(({ atMillis }) => atMillis),
  };
}

function lanesOf(points: readonly ShownPoint[]): readonly string[] {
  const inTime = points.toSorted((one, other) => one.atMillis - other.atMillis);
  const systems = [...new Set(inTime.map(({ resource }) => resource))];
  return systems.length <= lanesDrawn ? systems : [...systems.slice(0, lanesDrawn - 1), otherLane];
}

/** The level that a risk calls for by the broker's own thresholds. */
export function levelAt(risk: number, thresholds: ShownTree['thresholds']): Level {
  return thresholds.findLast((each) => risk >= each.risk)?.level ?? 'calm';
}
