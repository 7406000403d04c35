import { aboveCalm } from '../../domain/risk.js';
import type { BoundHit } from './bounds.js';
import type { Detector } from './detectors/detector.js';
import { detectors } from './detectors/index.js';
import type { Lesson } from './lesson.js';
import type { Limits } from './limits.js';
import { pairOf } from './named-actions.js';
import type { SessionSlab } from './session-slab.js';
import type { Sight } from './sight.js';
import { bytes, floats, halves, kindIndex, words } from './state-layout.js';
import { keepTerm, type Term, termMin } from './terms.js';

/** What kinds of evidence rose, and by how much. */
export type Rises = readonly (readonly [number, number])[];

const none: Rises = [];

/** Set in a state's flags when what was only told has raised its chain evidence. */
export const toldChainFlag = 2;

/** Runs the detectors on what is seen, and adds what they find to the state under the cursor. */
export function weigh(sight: Sight, slab: SessionSlab, terms: Term[]): Rises {
  let rises: [number, number][] | undefined;
  const { hasSilent } = sight.envelope;
  for (const detector of detectors) {
    if (hasSilent && sight.envelope.silences(detector.rule)) continue;
    const evidence = detector.evidence(sight);
    if (evidence === 0 && detector.how !== 'sets') continue;
    const kind = kindIndex[detector.kind];
    const held = slab.evidence(kind);
    const now = total(detector.how, held, evidence);
    if (now === held) continue;
    slab.setEvidence(kind, now);
    if (detector.kind === 'pace')
      slab.setFigure(floats.turnPace, slab.figure(floats.turnPace) + evidence);
    if (now < held) continue;
    if (detector.kind === 'chain' && !sight.action.isStrong)
      slab.setByte(bytes.flags, slab.byte(bytes.flags) | toldChainFlag);
    rises ??= [];
    rises.push([kind, riseOf(detector, sight.limits, held, now)]);
    if (evidence >= termMin) keep(sight, slab, terms, detector, evidence);
  }
  const chain = slab.evidence(kindIndex.chain);
  if (chain > slab.figure(floats.chainPeak)) slab.setFigure(floats.chainPeak, chain);
  return rises ?? none;
}

/** Notes what the session will teach: only what a resource's verifier saw. */
export function note(sight: Sight, slab: SessionSlab, lesson: Lesson, hit: BoundHit): void {
  const { action, id, shownGap, destinations, origin } = sight;
  if (!action.isStrong) return;
  if (action.destinations.length > 0) notePairs(sight, lesson, hit);
  if (!lesson.noteStep(id, shownGap, action.denied)) hit('watchLessons');
  if (origin.hasMoved) lesson.noteOrigin('networks', action.network);
  if (origin.hasChanged) lesson.noteOrigin('clients', action.client);
  if (action.device !== undefined) lesson.noteOrigin('bindings', action.device);
  const fanout = Math.round(destinations);
  if (fanout > lesson.fanout) lesson.fanout = fanout;
  const width = slab.half(halves.turnWidth);
  if (width > lesson.turn) lesson.turn = width;
}

function keep(
  sight: Sight,
  slab: SessionSlab,
  terms: Term[],
  detector: Detector,
  added: number,
): void {
  const { kind, how } = detector;
  keepTerm(terms, { kind, added }, how !== 'adds', () => {
    const { resource, name, atMillis } = sight.action;
    const at = slab.word(words.count) - 1;
    return { at, atMillis, kind, resource, action: name, added, words: detector.words(sight) };
  });
}

function notePairs({ action, named }: Sight, lesson: Lesson, hit: BoundHit): void {
  if (action.isDeclared === true) return;
  for (const destination of action.destinations) {
    if (!lesson.notePair(pairOf(named, destination))) {
      hit('watchPairs');
      return;
    }
  }
}

/** What a tree takes of it: of the chain only what lies above what calm sessions of the workload show. */
function riseOf({ kind }: Detector, { calmChain }: Limits, held: number, now: number): number {
  if (kind !== 'chain') return now - held;
  return aboveCalm(now, calmChain) - aboveCalm(held, calmChain);
}

function total(how: Detector['how'], held: number, evidence: number): number {
  if (how === 'adds') return held + evidence;
  return how === 'raises' ? Math.max(held, evidence) : evidence;
}
