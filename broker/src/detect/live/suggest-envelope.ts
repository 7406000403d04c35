import type { WorkloadProfile } from '../watch/workload-profile.js';
import type { UnaskedScopes } from './asked-scopes.js';

/** Calm sessions from which an envelope is suggested. */
export const sessionsToSuggest = 5;

/** A step from one action to another, both as `resource.action`, and how often it was seen. */
export interface SuggestedStep {
  readonly from: string;
  readonly to: string;
  /** What is old counts less: a rounded number, at least 1. */
  readonly times: number;
}

/** What a workload may declare, from what its calm sessions have taught. */
export interface SuggestedEnvelope {
  /** One standard deviation faster than its usual turn. */
  readonly turnsPerMinute: number;
  /** Calls of one turn, and distinct destinations a minute: what one calm session in a hundred exceeds. */
  readonly burst: number;
  readonly fanout: number;
  /** Resources that it acts at, by name. */
  readonly systems: readonly string[];
  /** Every step that it takes, the most usual first. */
  readonly steps: readonly SuggestedStep[];
  /** Calm sessions, their actions (what is old counts less), and different ones among these. */
  readonly sessions: number;
  readonly actions: number;
  readonly actionNames: number;
  /** Resources that are granted, and at which no session was seen. */
  readonly unusedResources: readonly string[];
  /** Scopes at the other ones that no session asked for; and those of which too few sessions can tell. */
  readonly unusedScopes: readonly string[];
  readonly untoldScopes: readonly string[];
}

/** Suggests an envelope; undefined when too few sessions have taught the profile. */
export function suggestEnvelope(
  profile: WorkloadProfile,
  granted: Iterable<string>,
  scopes: UnaskedScopes,
): SuggestedEnvelope | undefined {
  if (profile.sessions < sessionsToSuggest) return undefined;
  const { habit, turn, fanout } = profile.limits;
  const isUsed = (scope: string) => profile.systems.has(scope.slice(0, scope.indexOf(' ')));
  const deviation = Math.sqrt(habit.between + habit.within);
  return {
    turnsPerMinute: Math.max(1, Math.ceil(60 / Math.exp(habit.mean - deviation))),
    burst: counted(turn),
    fanout: counted(fanout),
    systems: [...profile.systems.names()].sort(),
    steps: stepsOf(profile),
    sessions: profile.sessions,
    actions: Math.round(profile.size),
    actionNames: profile.known.size,
    unusedResources: [...new Set(granted)].filter((name) => !profile.systems.has(name)).sort(),
    unusedScopes: scopes.never.filter(isUsed),
    untoldScopes: scopes.untold.filter(isUsed),
  };
}

/** A count from a sketch that is exact to 1 %: what it may be too high by does not make it one more. */
function counted(quantile: number): number {
  return Math.max(1, Math.ceil(quantile / 1.01 - 1e-6));
}

function stepsOf({ chain, actions }: WorkloadProfile): readonly SuggestedStep[] {
  const dotted = (id: number) => actions.nameOf(id).replace(' ', '.');
  return chain
    .steps()
    .map(([from, to, count]): SuggestedStep => {
      return { from: dotted(from), to: dotted(to), times: Math.max(1, Math.round(count)) };
    })
    .sort((one, other) => other.times - one.times || compare(one, other));
}

function compare(one: SuggestedStep, other: SuggestedStep): number {
  const [a, b] = [`${one.from}>${one.to}`, `${other.from}>${other.to}`];
  return a < b ? -1 : Number(a > b);
}
