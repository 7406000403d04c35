import type { SessionId } from '@creance/proto';
import type { SpanReference } from '../../domain/action.js';
import type { Level } from '../../domain/risk.js';
import type { CutDone } from '../../store/store.js';
import type { Watched } from '../watch/engine.js';
import type { Place } from './networks.js';
import type { SeenAt, Spread } from './spread.js';

/** One action of a session under suspicion, for its timeline. */
export interface Point {
  readonly atMillis: number;
  readonly resource: string;
  readonly action: string;
  readonly outcome: 'allowed' | 'refused';
  /** Risk after it. */
  readonly risk: number;
}

/** What was decided about a session, and what came of it. */
export interface Decision {
  readonly atMillis: number;
  readonly level: Level;
  /** What was done: the level itself, or the milder thing that a mode or a cap allowed. */
  readonly done: Level | 'alert' | 'would have';
  readonly risk: number;
  /** Why it was milder, or could not be written down. */
  readonly because: string | undefined;
}

/** A hold that a decision has made. */
export interface Held extends CutDone {
  /** The topmost session that is held. */
  readonly session: SessionId;
}

/** Actions of a timeline, and decisions, of one session at most: the latest. */
const pointsKept = 128;
const decisionsKept = 32;

/** Risk from which a timeline is kept: a calm session needs none. */
export const pointRisk = 0.05;

/** A session of a workload that is watched. */
export interface LiveSession {
  readonly id: SessionId;
  readonly parent: SessionId | undefined;
  readonly root: SessionId;
  readonly workload: string;
  readonly watched: Watched;
  /** The same with every rule, where some are not enforced: what would have happened. */
  unsilenced: Watched | undefined;
  /** What it is under by the watch. */
  imposed: Level;
  /** When it was seen to have ended. */
  endedAtMillis: number | undefined;
  /** Granted scopes that it has asked tokens for, as `resource scope`: no more than its workload is granted. */
  readonly asked: Set<string>;
  /** The resource that has reported last. */
  reporter: string;
  /** The span that it named for that, if it traces. */
  span?: SpanReference | undefined;
  /** Where it was seen last, and when. */
  place: { readonly at: Place; readonly atMillis: number } | undefined;
  /** What it was seen to do last, as long as it has no tree. */
  seen: { -readonly [Key in keyof SeenAt]: SeenAt[Key] } | undefined;
  /** What its whole tree shows together; of a root that has one. */
  spread: Spread | undefined;
  readonly points: Point[];
  readonly decisions: Decision[];
}

/** Keeps the latest points. */
export function keepPoint({ points }: LiveSession, point: Point): void {
  if (points.length >= pointsKept) points.shift();
  points.push(point);
}

/** Keeps the latest decisions. */
export function keepDecision({ decisions }: LiveSession, decision: Decision): void {
  if (decisions.length >= decisionsKept) decisions.shift();
  decisions.push(decision);
}
