import { sensitivityWeights } from '../../domain/sensitivity.js';
import type { Action } from './action.js';
import { Chain } from './chain.js';
import { decay } from './decay.js';
import { expectGap, gapOf, habitGap } from './habit.js';
import { hashPair, hashText } from './hash.js';
import type { Limits } from './limits.js';
import { pairOf } from './named-actions.js';
import { lookAtOrigin } from './origin-sight.js';
import type { SessionSlab } from './session-slab.js';
import type { Sight } from './sight.js';
import { fanHalfOf } from './sound-action.js';
import type { SmallSet } from './state-layout.js';
import { doubles, floats, halves, sets, words } from './state-layout.js';

/** Calls of one turn start within so many milliseconds of its first. */
export const turnMillis = 150;
/** Gaps that a session's own habit is made of at most; beyond, the oldest fade. */
const habitGapsMax = 1_000;

/**
 * Looks at an action: fills the sight, and moves the session's state on. Costs three look-ups of the chain
 * and no allocation but for new destinations. What was only told, and by nobody seen, is held against
 * what was seen but moves none of it: it is no step that the next one follows, no turn, no first time.
 */
export function look(sight: Sight, slab: SessionSlab, action: Action): void {
  const { profile, limits, named } = sight;
  sight.action = action;
  sight.name = named.name;
  sight.id = named.id;
  sight.weight = sensitivityWeights[action.sensitivity];
  lookAtStep(sight, slab);
  lookAtPace(sight, slab, limits);
  lookAtDestinations(sight, slab);
  lookAtRefusals(sight, slab);
  sight.origin = lookAtOrigin(slab, action, profile, limits);
  moveOn(sight, slab);
}

function lookAtStep(sight: Sight, slab: SessionSlab): void {
  const { profile, id, named } = sight;
  const facts = profile.factsOf(named);
  const before = slab.half(halves.before);
  const earlier = slab.half(halves.earlier);
  const isStart = before === Chain.start;
  sight.before = before;
  sight.bits = profile.chain.bits(id, before, earlier, profile.known.size);
  sight.isFirstStep = isNew(sight, slab, sets.steps, hashPair(before, id));
  const system = named.systemHash;
  sight.isSwitch = !isStart && slab.half(halves.system) !== (system & 0xffff);
  sight.isNewSystem = !facts.isKnownSystem && isNew(sight, slab, sets.names, system);
  sight.isNewAction = !facts.isKnown && isNew(sight, slab, sets.names, named.hash);
}

/** What was told is new when it was neither seen nor told before; what is seen, when it was not seen. */
function isNew({ action, lesson }: Sight, slab: SessionSlab, set: SmallSet, hash: number): boolean {
  if (action.isStrong) return slab.isNew(set, hash);
  return !slab.has(set, hash) && lesson.tell(`${set.name} ${hash}`);
}

function lookAtPace(sight: Sight, slab: SessionSlab, limits: Limits): void {
  sight.gap = undefined;
  sight.shownGap = undefined;
  sight.deviations = 0;
  sight.overPace = 0;
  const { atMillis, isStrong } = sight.action;
  if (atMillis === undefined || !isStrong) return;
  if (slab.time(doubles.turn) === 0) {
    startTurn(slab, atMillis);
    return;
  }
  const last = lastSeen(slab);
  if (atMillis < last) return;
  const gap = gapOf((atMillis - last) / 1_000);
  sight.shownGap = gap;
  if (isOfTurn(sight, slab, atMillis, limits)) return;
  startTurn(slab, atMillis);
  sight.turnPace = slab.figure(floats.turnPace);
  sight.overPace = sight.envelope.overPace(slab, atMillis, last);
  const count = slab.half(halves.habitCount);
  const expected = expectGap(limits.habit, slab.figure(floats.habitSum), count);
  sight.gap = gap;
  sight.deviations = (gap - expected.mean) / expected.deviation;
  const kept = count < habitGapsMax ? 1 : 1 - 1 / habitGapsMax;
  slab.setFigure(floats.habitSum, slab.figure(floats.habitSum) * kept + habitGap(gap, expected));
  slab.setHalf(halves.habitCount, Math.min(count + 1, habitGapsMax));
}

/** When the last action was that somebody saw. */
function lastSeen(slab: SessionSlab): number {
  return slab.time(doubles.last) - slab.figure(floats.weakLead);
}

/** Parallel calls are one turn; a call that goes where the workload does not go is none of it. */
function isOfTurn(sight: Sight, slab: SessionSlab, atMillis: number, limits: Limits): boolean {
  const widest = sight.envelope.burst ?? limits.turn;
  if (atMillis - slab.time(doubles.turn) > turnMillis || slab.half(halves.turnWidth) >= widest)
    return false;
  if (sight.isSwitch && sight.bits > surpriseFrom(limits)) return false;
  slab.setHalf(halves.turnWidth, slab.half(halves.turnWidth) + 1);
  return true;
}

/** Bits from which a step surprises: what one in twenty calm steps exceeds, and a little less. */
export function surpriseFrom({ bits95 }: Limits): number {
  return 0.85 * Math.max(3.5, bits95);
}

function startTurn(slab: SessionSlab, atMillis: number): void {
  if (atMillis - slab.time(doubles.turn) <= turnMillis) return;
  slab.setFigure(floats.turnPace, 0);
  slab.setTime(doubles.turn, atMillis);
  slab.setHalf(halves.turnWidth, 1);
}

function lookAtDestinations(sight: Sight, slab: SessionSlab): void {
  const { action, profile, lesson } = sight;
  sight.newPairs = 0;
  sight.newPairsElsewhereKnown = 0;
  sight.destinations = 0;
  if (action.destinations.length === 0) return;
  turnFanout(slab, action.atMillis);
  for (const destination of action.destinations) {
    slab.isNew(sets.fanYoung, hashText(destination));
    if (action.isDeclared === true) continue;
    const pair = pairOf(sight.named, destination);
    if (profile.pairs.has(pair) || lesson.hasPair(pair)) continue;
    if (!action.isStrong && !lesson.tell(pair)) continue;
    if (profile.destinations.has(destination)) sight.newPairsElsewhereKnown += 1;
    else sight.newPairs += 1;
  }
  if (action.atMillis !== undefined) sight.destinations = slab.distinct(sets.fanYoung, sets.fanOld);
}

function turnFanout(slab: SessionSlab, atMillis: number | undefined): void {
  if (atMillis === undefined) return;
  const half = fanHalfOf(atMillis);
  const passed = half - slab.word(words.fanHalf);
  if (passed <= 0) return;
  slab.rotate(sets.fanYoung, sets.fanOld);
  if (passed > 1) slab.rotate(sets.fanYoung, sets.fanOld);
  slab.setWord(words.fanHalf, half);
}

/**
 * Wald's sequential test between a thief who is refused two calls in five and this workload's own share:
 * each action's first refusal counts once, so that trying the same thing again is no probing. That
 * something was allowed counts only when it was seen.
 */
function lookAtRefusals(sight: Sight, slab: SessionSlab): void {
  const { allowed, refused } = sight.profile.factsOf(sight.named);
  let sum = slab.figure(floats.refusals);
  const { denied, isStrong } = sight.action;
  if (denied && isNew(sight, slab, sets.denied, sight.named.hash)) sum += refused;
  if (!denied && isStrong) sum = Math.max(0, sum + allowed);
  slab.setFigure(floats.refusals, sum);
  sight.refusals = sum;
}

function moveOn(sight: Sight, slab: SessionSlab): void {
  const { atMillis, isStrong } = sight.action;
  slab.setWord(words.count, slab.word(words.count) + 1);
  const seen = lastSeen(slab);
  decay(slab, atMillis);
  if (!isStrong) {
    slab.setFigure(floats.weakLead, slab.time(doubles.last) - seen);
    return;
  }
  slab.setFigure(
    floats.weakLead,
    Math.max(0, slab.time(doubles.last) - Math.max(seen, atMillis ?? seen)),
  );
  slab.setHalf(halves.earlier, slab.half(halves.before));
  slab.setHalf(halves.before, sight.id);
  slab.setHalf(halves.system, sight.named.systemHash & 0xffff);
}
