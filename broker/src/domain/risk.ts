/** What the watch does about a session, mildest first. */
export const levels = ['calm', 'observe', 'narrow', 'suspend', 'suspendTree', 'revoke'] as const;

/** A level of response. */
export type Level = (typeof levels)[number];

/** Risk from which each level begins, the worst first. A revocation is never a matter of risk (law 11). */
export const thresholds: readonly (readonly [number, Level])[] = [
  [0.95, 'suspendTree'],
  [0.8, 'suspend'],
  [0.55, 'narrow'],
  [0.35, 'observe'],
];

/** A level is left only so far below its threshold, and after so long. */
const hysteresis = 0.1;
/** Milliseconds for which a level is kept at least. */
export const levelMillis = 60_000;

/** Whether one level is at least another. */
export function reaches(level: Level, least: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(least);
}

/** The level of a risk by itself. */
export function levelOf(risk: number): Level {
  return thresholds.find(([from]) => risk >= from)?.[1] ?? 'calm';
}

/**
 * The level of a session that is at one already: it rises at once, falls when the risk is well below, and
 * stays for a minute. A suspension does not fall: it ends by revalidation and a person.
 */
export function nextLevel(held: Level, risk: number, heldMillis: number): Level {
  const level = levelOf(risk);
  if (reaches(level, held)) return level;
  if (reaches(held, 'suspend') || heldMillis < levelMillis) return held;
  const below = levelOf(risk + hysteresis);
  return reaches(below, held) ? held : below;
}

/** Evidence of a session, by kind, as sums that have faded to this moment. */
export interface Evidence {
  readonly pace: number;
  readonly chain: number;
  readonly breadth: number;
  readonly novelty: number;
  readonly destination: number;
  readonly declared: number;
  readonly fanout: number;
  readonly denials: number;
  readonly origin: number;
  readonly upstream: number;
  readonly facts: number;
  /** Whether the workload is too young to know what is new to it. */
  readonly isCold: boolean;
}

/** Surprise alone is worth observing and no more; so is one family alone worth narrowing and no more. */
const surpriseCap = 0.6;
const familyCap = 1.55;
/** To a workload without a history all is new: that alone is nothing yet, or it would never have one. */
const coldCap = 0.38;
/** What a second kind must bring for the first to count whole. */
const secondKind = 0.35;
/** Evidence of speed or spread from which behaviour alone may suspend. */
const actedUpon = 1.2;
/** Below this a family has not spoken. */
const spoken = 0.3;

/** Chain evidence that counts: what calm sessions of the workload show themselves is nothing. */
export function aboveCalm(chain: number, calm: number): number {
  return Math.max(0, chain - calm);
}

/** Risk from evidence: 1 - exp(-sum), with the sum capped where one kind or one family speaks alone. */
export function riskOf(evidence: Evidence): number {
  return 1 - Math.exp(-cappedSum(evidence));
}

function cappedSum(e: Evidence): number {
  const surprise = e.chain + e.denials;
  const news = e.breadth + e.novelty + e.destination;
  const behaviour = surprise + news + e.declared + e.pace + e.fanout;
  const certain = e.upstream + e.facts;
  const all = behaviour + e.origin;
  const loudest = Math.max(surprise, news, e.pace, e.fanout, e.origin);
  const isLone =
    (loudest === surprise || loudest === news) && all - loudest < secondKind && e.declared < spoken;
  const loneCap = e.isCold && loudest === news ? coldCap : surpriseCap;
  let sum = isLone ? softCap(all, loneCap, 0.04) : all;
  const isQuiet = e.pace < actedUpon && e.fanout < actedUpon;
  if ((e.origin < spoken && isQuiet) || behaviour < spoken) sum = softCap(sum, familyCap, 0.05);
  return sum + certain;
}

/** Near the cap, but never quite there by less: what is worse still ranks higher. */
function softCap(sum: number, cap: number, room: number): number {
  return sum <= cap ? sum : cap + room * (1 - Math.exp((cap - sum) / 3));
}
