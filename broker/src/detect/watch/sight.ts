import type { Action } from './action.js';
import type { Envelope } from './envelope.js';
import type { Lesson } from './lesson.js';
import type { Limits } from './limits.js';
import type { NamedAction } from './named-actions.js';
import type { OriginSight } from './origin-sight.js';
import type { WorkloadProfile } from './workload-profile.js';

/** What the detectors look at: one action, held against its session and the workload's history. */
export interface Sight {
  action: Action;
  profile: WorkloadProfile;
  limits: Limits;
  envelope: Envelope;
  /** What the session has shown so far. */
  lesson: Lesson;
  named: NamedAction;
  /** Number of the action among its workload's, and its name. */
  id: number;
  name: string;
  /** Weight of its sensitivity. */
  weight: number;
  /** Bits of surprise at this step, and the action before it. */
  bits: number;
  before: number;
  /** Whether this step is new in the session, and whether it goes to another system. */
  isFirstStep: boolean;
  isSwitch: boolean;
  /** Whether the workload has never been at the resource, or done the action; once a session. */
  isNewSystem: boolean;
  isNewAction: boolean;
  /** Destinations that are new to the workload: with this action, and with any. */
  newPairs: number;
  newPairsElsewhereKnown: number;
  /** Logarithm of the seconds since the turn before; undefined within a turn. */
  gap: number | undefined;
  /** The same within turns too: what the session teaches of its pace. */
  shownGap: number | undefined;
  /** How many deviations the gap lies from what was expected: below zero is faster. */
  deviations: number;
  /** Evidence of pace that this turn has brought already. */
  turnPace: number;
  /** Distinct destinations of the last minute. */
  destinations: number;
  /** Sum of the sequential test on refusals. */
  refusals: number;
  origin: OriginSight;
  /** Turns beyond what is declared, as a share of the allowance. */
  overPace: number;
}

/** A sight of nothing yet: all its places are there, so that it keeps one shape. */
export function emptySight(): Sight {
  const unset = undefined as never;
  return {
    action: unset,
    profile: unset,
    limits: unset,
    envelope: unset,
    lesson: unset,
    named: unset,
    id: 0,
    name: '',
    weight: 0,
    bits: 0,
    before: 0,
    isFirstStep: false,
    isSwitch: false,
    isNewSystem: false,
    isNewAction: false,
    newPairs: 0,
    newPairsElsewhereKnown: 0,
    gap: undefined,
    shownGap: undefined,
    deviations: 0,
    turnPace: 0,
    destinations: 0,
    refusals: 0,
    origin: unset,
    overPace: 0,
  };
}
