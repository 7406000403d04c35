import type { Workload } from '../../domain/registry.js';
import { aboveCalm, levels, nextLevel, reaches } from '../../domain/risk.js';
import type { Action } from './action.js';
import { type BoundHit, watchBounds } from './bounds.js';
import { Chain } from './chain.js';
import { decay } from './decay.js';
import type { Envelope } from './envelope.js';
import { Lesson } from './lesson.js';
import type { Limits } from './limits.js';
import { look } from './look.js';
import { riskIn } from './risk-in.js';
import { SessionSlab } from './session-slab.js';
import { emptySight } from './sight.js';
import { type KeptSession, putSnapshot, readSnapshot, writeSnapshot } from './snapshot.js';
import { soundAction, soundTime } from './sound-action.js';
import { bytes, doubles, floats, halves, kindIndex, words } from './state-layout.js';
import { keepTerm, type Term } from './terms.js';
import type { Judgement, Watched } from './watched.js';
import { note, type Rises, toldChainFlag, weigh } from './weigh.js';
import { WorkloadProfile } from './workload-profile.js';

export type { Judgement, Watched } from './watched.js';

/**
 * The watch: takes actions one by one and says what risk their session carries. It has no clock: the time
 * is that of the actions, so that history played again comes to the same.
 */
export class Engine {
  readonly #hit: BoundHit;
  readonly #sessionsMost: number;
  readonly #slab = new SessionSlab();
  readonly #sight = emptySight();

  /** `sessionsMost` is a smaller bound of sessions than the usual one. */
  constructor(hit: BoundHit = () => {}, sessionsMost: number = watchBounds.watchSessions) {
    this.#hit = hit;
    this.#sessionsMost = sessionsMost;
  }

  /** Sessions that are watched. */
  get size(): number {
    return this.#slab.size;
  }

  /** Bytes of all live states. */
  get bytes(): number {
    return this.#slab.bytes;
  }

  /** An empty history of a workload of a class. */
  profile(kind: Workload['class']): WorkloadProfile {
    return new WorkloadProfile(kind, this.#hit);
  }

  /** Begins to watch a session; undefined when there is no room, and the bound is counted. */
  open(profile: WorkloadProfile, envelope: Envelope, parent?: Watched): Watched | undefined {
    if (this.#slab.size >= this.#sessionsMost) {
      this.#hit('watchSessions');
      return undefined;
    }
    const index = this.#slab.take();
    this.#slab.setHalf(halves.before, Chain.start);
    this.#slab.setHalf(halves.earlier, Chain.start);
    const lesson = new Lesson();
    const watched: Watched = { index, profile, envelope, tree: undefined, lesson, terms: [] };
    if (parent !== undefined && parent.index >= 0) this.#copyEvidence(parent, watched, inherited);
    return watched;
  }

  /** Begins to watch the whole tree of a root: what all its sessions show, together. */
  openTree(root: Watched): Watched | undefined {
    const tree = this.open(root.profile, root.envelope);
    if (tree === undefined || root.index < 0) return tree;
    this.#copyEvidence(root, tree, 1);
    const chain = this.#slab.evidence(kindIndex.chain);
    this.#slab.setEvidence(kindIndex.chain, aboveCalm(chain, root.profile.limits.calmChain));
    return tree;
  }

  /** Takes an action. */
  take(watched: Watched, action: Action): Judgement {
    if (watched.index < 0) return past;
    const sight = this.#sight;
    const { profile, envelope } = watched;
    const known = profile.named.find(action.resource, action.name);
    const sound = this.#sound(watched, soundAction(action, known !== undefined, this.#hit));
    sight.profile = profile;
    sight.limits = profile.limits;
    sight.envelope = envelope;
    sight.named = known ?? profile.named.name(sound.resource, sound.name, sound.isStrong);
    sight.lesson = watched.lesson;
    look(sight, this.#slab, sound);
    const added = weigh(sight, this.#slab, watched.terms);
    note(sight, this.#slab, watched.lesson, this.#hit);
    const own = this.#judge(watched.index, sight.limits, sound.atMillis);
    return this.#worst(own, watched.tree, added, sound.atMillis);
  }

  /** Adds evidence that comes from elsewhere: upstream, a canary, a use that was refused. */
  add(watched: Watched, term: Omit<Term, 'at'>): Judgement {
    if (watched.index < 0) return past;
    const slab = this.#slab;
    slab.moveTo(watched.index);
    const atMillis = soundTime(slab, term.atMillis, this.#hit);
    decay(slab, atMillis);
    const kind = kindIndex[term.kind];
    const added = term.added > 0 ? Math.min(term.added, addedMost) : 0;
    slab.setEvidence(kind, slab.evidence(kind) + added);
    const kept = { ...term, atMillis, added, at: slab.word(words.count) };
    keepTerm(watched.terms, kept, false, () => kept);
    const own = this.#judge(watched.index, watched.profile.limits, atMillis);
    return this.#worst(own, watched.tree, [[kind, added]], atMillis);
  }

  /** Risk of a session as of its last action, and the highest that it has had. */
  riskOf(watched: Watched): { readonly risk: number; readonly peak: number } {
    if (watched.index < 0) return { risk: 0, peak: 0 };
    this.#slab.moveTo(watched.index);
    const risk = riskIn(this.#slab, watched.profile.limits, watched.profile.limits.calmChain);
    return { risk, peak: this.#slab.figure(floats.riskPeak) };
  }

  /** Evidence of a session as of its last action, all kinds together. */
  evidenceOf(watched: Watched): number {
    if (watched.index < 0) return 0;
    this.#slab.moveTo(watched.index);
    let sum = 0;
    for (const kind of Object.values(kindIndex)) sum += this.#slab.evidence(kind);
    return sum;
  }

  /** Begins anew with a session that a person has let go: its evidence and level are past. */
  forgive(watched: Watched): void {
    if (watched.index < 0) return;
    this.#slab.moveTo(watched.index);
    for (const kind of Object.values(kindIndex)) this.#slab.setEvidence(kind, 0);
    this.#slab.setFigure(floats.refusals, 0);
    this.#slab.setByte(bytes.level, 0);
  }

  /** A session as it is kept over a restart: at most `watchBounds.watchSnapshotBytes`, versioned. */
  snapshot(watched: Watched): Uint8Array | undefined {
    if (watched.index < 0) return undefined;
    this.#slab.moveTo(watched.index);
    return writeSnapshot(this.#slab, watched);
  }

  /**
   * Begins to watch a session again as a snapshot has it, against a history that is no older than the
   * snapshot for exactly the same judgements. Its tree is another session, and put back by the caller.
   * Undefined when the bytes are no snapshot of this version, or when there is no room.
   */
  restore(bytes: Uint8Array, profile: WorkloadProfile, envelope: Envelope): Watched | undefined {
    const kept = readSnapshot(bytes);
    const watched = kept && this.open(profile, envelope);
    if (watched === undefined) return undefined;
    this.#slab.moveTo(watched.index);
    const lesson = putSnapshot(this.#slab, kept as KeptSession, profile);
    return { ...watched, lesson, terms: [...(kept as KeptSession).terms] };
  }

  /** Ends watching a session. When it was calm its workload learns from it, or always when told to. */
  close(watched: Watched, atMillis: number, learns: 'when calm' | 'always' | 'never'): void {
    if (watched.index < 0) return;
    const isCalm =
      this.#isCalm(watched) && (watched.tree === undefined || this.#isCalm(watched.tree));
    this.#slab.moveTo(watched.index);
    const isTold = (this.#slab.byte(bytes.flags) & toldChainFlag) !== 0;
    const peak = isTold ? undefined : this.#slab.figure(floats.chainPeak);
    const teaches = watched.lesson.size > 0;
    if (teaches && (learns === 'always' || (learns === 'when calm' && isCalm)))
      watched.profile.learn(watched.lesson, peak, atMillis);
    this.#slab.release(watched.index);
    watched.index = -1;
  }

  /** Whether it never came to be observed; of one that is watched no more nothing else is known. */
  #isCalm({ index }: Watched): boolean {
    if (index < 0) return true;
    this.#slab.moveTo(index);
    return this.#slab.figure(floats.riskPeak) < calmRisk;
  }

  /** An action with an instant that the session's state can take. Leaves the cursor on the state. */
  #sound({ index }: Watched, action: Action): Action {
    this.#slab.moveTo(index);
    const atMillis = soundTime(this.#slab, action.atMillis, this.#hit);
    return atMillis === action.atMillis ? action : { ...action, atMillis };
  }

  #copyEvidence(from: Watched, to: Watched, share: number): void {
    const slab = this.#slab;
    for (const kind of Object.values(kindIndex)) {
      slab.moveTo(from.index);
      const held = slab.evidence(kind) * share;
      slab.moveTo(to.index);
      slab.setEvidence(kind, held);
    }
  }

  /** The judgement of a session or that of its tree, which takes the same evidence, if that is worse. */
  #worst(
    own: Judgement,
    tree: Watched | undefined,
    added: Rises,
    atMillis: number | undefined,
  ): Judgement {
    if (tree === undefined || tree.index < 0) return own;
    const slab = this.#slab;
    slab.moveTo(tree.index);
    const at = soundTime(slab, atMillis, this.#hit);
    decay(slab, at);
    for (const [kind, rise] of added) slab.setEvidence(kind, slab.evidence(kind) + rise);
    // What reached the tree of the chain lies above calm already.
    const whole = this.#judge(tree.index, tree.profile.limits, at, 0);
    const risk = Math.max(own.risk, whole.risk);
    return { ...(reaches(own.level, whole.level) ? own : whole), risk };
  }

  #judge(
    index: number,
    limits: Limits,
    atMillis: number | undefined,
    calmChain: number = limits.calmChain,
  ): Judgement {
    const slab = this.#slab;
    slab.moveTo(index);
    const risk = slab.isClean() ? 0 : riskIn(slab, limits, calmChain);
    if (risk > slab.figure(floats.riskPeak)) slab.setFigure(floats.riskPeak, risk);
    const before = levels[slab.byte(bytes.level)] ?? 'calm';
    const at = atMillis ?? 0;
    const level = nextLevel(before, risk, at - slab.time(doubles.levelAt));
    if (level !== before) {
      slab.setByte(bytes.level, levels.indexOf(level));
      slab.setTime(doubles.levelAt, at);
    }
    return { risk, level, before };
  }
}

/** A child begins with so much of what its parent is under. */
const inherited = 0.5;

/** A session that never came to be observed teaches its workload. */
const calmRisk = 0.35;

/** Evidence that comes from elsewhere counts at most so much at a time. */
const addedMost = 10;

/** What is watched no more is judged no more. */
const past: Judgement = { risk: 0, level: 'calm', before: 'calm' };
