import { watchBounds } from './bounds.js';
import { otherName } from './names.js';

/** One action as it is learned from. */
export interface LessonStep {
  /** Number of the action in its workload's names. */
  readonly action: number;
  /** Logarithm of the seconds since the action before; undefined at the start and without times. */
  readonly gap: number | undefined;
  readonly denied: boolean;
}

/** Sets of a lesson: most sessions have few of them, and they are made when they are needed. */
export const lessonSets = ['pairs', 'told', 'networks', 'clients', 'bindings'] as const;

/** One of them. */
export type LessonSet = (typeof lessonSets)[number];

/** One that holds where a session came from. */
export type OriginSet = Exclude<LessonSet, 'pairs' | 'told'>;

/** Origins of one session that are learned, of each kind. */
const originsPerSession = 8;

/** A gap is noted to the 2,048th part of a logarithm, from `gapFrom` on, in 16 bits; the last is none. */
const gapParts = 2_048;
const gapFrom = -8;
const noGap = 0xffff;
const deniedBit = 0x1_0000;
const actionShift = 17;

/**
 * What a session has shown, and will teach its workload when it ends calm. Bounded, and packed: a small
 * integer a step, and no set before there is something in it.
 */
export class Lesson {
  /** The most distinct destinations in a minute. */
  fanout = 0;
  /** The widest turn. */
  turn = 0;
  #steps: number[] = none;
  #networks: readonly string[] = none;
  #clients: readonly string[] = none;
  #bindings: readonly string[] = none;
  #pairs: Set<string> | undefined;
  #told: Set<string> | undefined;

  /** Steps so far. */
  get size(): number {
    return this.#steps.length;
  }

  /** The steps in their order. */
  get steps(): readonly LessonStep[] {
    return this.#steps.map((packed) => {
      const code = packed & noGap;
      return {
        action: packed >>> actionShift,
        gap: code === noGap ? undefined : code / gapParts + gapFrom,
        denied: (packed & deniedBit) !== 0,
      };
    });
  }

  /** Adds a step while there is room. */
  noteStep(action: number, gap: number | undefined, denied: boolean): boolean {
    if (this.#steps.length >= watchBounds.watchLessons) return false;
    const known = action <= watchBounds.watchActions ? action : otherName;
    const packed = (known << actionShift) | (denied ? deniedBit : 0) | codeOf(gap);
    if (this.#steps === none) this.#steps = [packed];
    else this.#steps.push(packed);
    return true;
  }

  /** What a set holds: `action>destination` that no task has named, what was only told, origins. */
  set(name: LessonSet): ReadonlySet<string> {
    if (name === 'pairs') return this.#pairs ?? empty;
    if (name === 'told') return this.#told ?? empty;
    return new Set(this.#origins(name));
  }

  /** Whether a pair was shown. */
  hasPair(pair: string): boolean {
    return this.#pairs?.has(pair) === true;
  }

  /** Adds an origin while there is room. */
  noteOrigin(name: OriginSet, origin: string | undefined): void {
    if (origin === undefined) return;
    const held = this.#origins(name);
    if (held.includes(origin) || held.length >= originsPerSession) return;
    const more = [...held, origin];
    if (name === 'networks') this.#networks = more;
    else if (name === 'clients') this.#clients = more;
    else this.#bindings = more;
  }

  /** Adds a pair while there is room. */
  notePair(pair: string): boolean {
    this.#pairs ??= new Set();
    if (this.#pairs.has(pair)) return true;
    if (this.#pairs.size >= watchBounds.watchPairs) return false;
    this.#pairs.add(pair);
    return true;
  }

  /** Notes what was only told; whether it is the first time. Beyond the bound nothing is. */
  tell(what: string): boolean {
    this.#told ??= new Set();
    if (this.#told.has(what) || this.#told.size >= watchBounds.watchTold) return false;
    this.#told.add(what);
    return true;
  }

  /** Puts back what a set held. */
  put(name: LessonSet, text: string): void {
    if (name === 'pairs') this.notePair(text);
    else if (name === 'told') this.tell(text);
    else this.noteOrigin(name, text);
  }

  #origins(name: OriginSet): readonly string[] {
    if (name === 'networks') return this.#networks;
    return name === 'clients' ? this.#clients : this.#bindings;
  }
}

/** Shared by all that have nothing yet; never written. */
const none: never[] = [];
const empty: ReadonlySet<string> = new Set();

function codeOf(gap: number | undefined): number {
  if (gap === undefined) return noGap;
  return Math.max(0, Math.min(noGap - 1, Math.round((gap - gapFrom) * gapParts)));
}
