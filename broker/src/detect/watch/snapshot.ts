import { watchBounds } from './bounds.js';
import { ByteReader, ByteWriter, checksum } from './bytes.js';
import { Chain } from './chain.js';
import { Lesson, type LessonSet, type LessonStep, lessonSets } from './lesson.js';
import { otherName } from './names.js';
import type { SessionSlab } from './session-slab.js';
import { evidenceKinds, halves, isSoundState, sets, stateBytes } from './state-layout.js';
import { strongestFirst, type Term } from './terms.js';
import type { WorkloadProfile } from './workload-profile.js';

/** What of a session is kept besides its state. */
export interface KeptParts {
  readonly profile: WorkloadProfile;
  readonly lesson: Lesson;
  readonly terms: readonly Term[];
}

/** Raised when the form or the layout of the state changes; a snapshot of another version is refused. */
const version = 0x4357_5302;

/** Bytes for the names, for each set, for the terms: what is beyond is left out, and teaches nothing. */
const namesRoom = 10_000;
const termsRoom = 18_000;
const setsRoom: Readonly<Record<LessonSet, number>> = {
  pairs: 12_000,
  told: 8_000,
  networks: 3_200,
  clients: 3_200,
  bindings: 3_200,
};
/** Bytes of a term without its texts. */
const termBytes = 28;
/** One for all snapshots: each is written in one go, and copied out. */
const room = Buffer.alloc(4 * watchBounds.watchSnapshotBytes);
/** Every step is kept. */
const stepsRoom = 0xffff;

/** Writes the state under the cursor and what belongs to it: at most `watchBounds.watchSnapshotBytes`. */
export function writeSnapshot(
  slab: SessionSlab,
  { profile, lesson, terms }: KeptParts,
): Uint8Array {
  const out = new ByteWriter(room);
  out.word(version);
  out.raw(slab.copy());
  const { steps } = lesson;
  const ids = new Set([
    slab.half(halves.before),
    slab.half(halves.earlier),
    ...steps.map(({ action }) => action),
  ]);
  out.list([...ids].filter(isNumbered), namesRoom, (id) => {
    out.half(id);
    out.text(profile.actions.nameOf(id));
  });
  out.list(steps, stepsRoom, ({ action, gap, denied }) => {
    out.half(denied ? action | 0x8000 : action);
    out.float(gap ?? Number.NaN);
  });
  out.double(lesson.fanout);
  out.double(lesson.turn);
  for (const name of lessonSets) out.list(lesson.set(name), setsRoom[name], (one) => out.text(one));
  out.list(keptTerms(terms), termsRoom, (term) => {
    out.word(term.at);
    out.double(term.atMillis ?? Number.NaN);
    out.half(evidenceKinds.indexOf(term.kind));
    out.double(term.added);
    for (const text of [term.resource, term.action, term.words]) out.text(text);
  });
  out.word(checksum(out.bytes()));
  return out.bytes();
}

/** The strongest terms that fit, in their order. */
function keptTerms(terms: readonly Term[]): readonly Term[] {
  let room = termsRoom;
  const kept = new Set<Term>();
  for (const term of strongestFirst(terms)) {
    room -= termBytes + Buffer.byteLength(term.resource + term.action + term.words);
    if (room >= 0) kept.add(term);
  }
  return terms.filter((term) => kept.has(term));
}

/** A session as a snapshot has it. */
export interface KeptSession {
  readonly state: Uint8Array;
  readonly names: readonly (readonly [number, string])[];
  readonly steps: readonly LessonStep[];
  readonly fanout: number;
  readonly turn: number;
  readonly sets: Readonly<Record<LessonSet, readonly string[]>>;
  readonly terms: readonly Term[];
}

/** Reads a snapshot; undefined when it is none, is torn, or is of another version. */
export function readSnapshot(bytes: Uint8Array): KeptSession | undefined {
  if (bytes.length > watchBounds.watchSnapshotBytes || bytes.length < stateBytes) return undefined;
  const body = bytes.subarray(0, -4);
  try {
    if (new ByteReader(bytes.subarray(-4)).word() !== checksum(body)) return undefined;
    const reader = new ByteReader(body);
    if (reader.word() !== version) return undefined;
    const kept = read(reader);
    return reader.isDone && isSound(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Puts what was kept into the state under the cursor and into a lesson. Numbers of actions are those of
 * the profile when it was written; where they are others now the steps that were seen count as new.
 */
export function putSnapshot(
  slab: SessionSlab,
  kept: KeptSession,
  profile: WorkloadProfile,
): Lesson {
  slab.put(kept.state);
  const ids = new Map<number, number>();
  for (const [id, name] of kept.names) {
    const isSame = profile.actions.place(name, id);
    ids.set(id, isSame ? id : profile.actions.knownId(name));
    if (!isSame) slab.clear(sets.steps);
  }
  const now = (id: number) => (isNumbered(id) ? (ids.get(id) ?? otherName) : id);
  for (const half of [halves.before, halves.earlier]) slab.setHalf(half, now(slab.half(half)));
  const lesson = new Lesson();
  for (const { action, gap, denied } of kept.steps) lesson.noteStep(now(action), gap, denied);
  for (const name of lessonSets) for (const one of kept.sets[name]) lesson.put(name, one);
  lesson.fanout = kept.fanout;
  lesson.turn = kept.turn;
  return lesson;
}

function isNumbered(id: number): boolean {
  return id !== otherName && id !== Chain.start;
}

function read(reader: ByteReader): KeptSession {
  const state = reader.raw(stateBytes);
  const names = reader.list(
    watchBounds.watchLessons + 2,
    () => [reader.half(), reader.text()] as const,
  );
  const steps = reader.list(watchBounds.watchLessons, () => readStep(reader));
  const fanout = reader.double();
  const turn = reader.double();
  const sets = Object.fromEntries(
    lessonSets.map((name) => [name, reader.list(watchBounds.watchPairs, () => reader.text())]),
  ) as unknown as KeptSession['sets'];
  const terms = reader.list(watchBounds.watchTerms, () => readTerm(reader));
  return { state, names, steps, fanout, turn, sets, terms };
}

function readStep(reader: ByteReader): LessonStep {
  const packed = reader.half();
  const gap = reader.float();
  return {
    action: packed & 0x7fff,
    gap: Number.isNaN(gap) ? undefined : gap,
    denied: (packed & 0x8000) !== 0,
  };
}

function readTerm(reader: ByteReader): Term {
  const at = reader.word();
  const atMillis = reader.double();
  const kind = evidenceKinds[reader.half()];
  const added = reader.double();
  if (kind === undefined || !Number.isFinite(added)) throw new RangeError('no term');
  return {
    at,
    atMillis: Number.isNaN(atMillis) ? undefined : atMillis,
    kind,
    resource: reader.text(),
    action: reader.text(),
    added,
    words: reader.text(),
  };
}

function isSound({ state, fanout, turn, steps }: KeptSession): boolean {
  const numbers = [fanout, turn, ...steps.map(({ gap }) => gap ?? 0)];
  return isSoundState(state) && numbers.every(Number.isFinite);
}
