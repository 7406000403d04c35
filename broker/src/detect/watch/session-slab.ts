import {
  evidenceKinds,
  floatsFrom,
  type Place,
  type SmallSet,
  stateBytes,
} from './state-layout.js';

/** Sessions of one page of memory. */
const pageShift = 10;
const pageSessions = 1 << pageShift;

export type { EvidenceKind } from './state-layout.js';

interface Page {
  readonly f64: Float64Array;
  readonly f32: Float32Array;
  readonly u32: Uint32Array;
  readonly u16: Uint16Array;
  readonly u8: Uint8Array;
}

/**
 * Live states of sessions, 256 bytes each, in pages of typed arrays: no object, no number on the heap. A
 * cursor is moved onto one state and reads and writes it; there is one cursor, and nothing keeps it.
 */
export class SessionSlab {
  readonly #pages: Page[] = [];
  readonly #free: number[] = [];
  #next = 0;
  #page: Page | undefined;
  #at = 0;

  /** States in use. */
  get size(): number {
    return this.#next - this.#free.length;
  }

  /** Bytes that all pages hold. */
  get bytes(): number {
    return this.#pages.length * pageSessions * stateBytes;
  }

  /** Takes an empty state. */
  take(): number {
    const index = this.#free.pop() ?? this.#next++;
    if (index >= this.#pages.length * pageSessions) this.#pages.push(newPage());
    this.moveTo(index);
    this.#of().u8.fill(0, this.#at, this.#at + stateBytes);
    return index;
  }

  /** Gives a state back. */
  release(index: number): void {
    this.#free.push(index);
  }

  /** Moves the cursor. */
  moveTo(index: number): void {
    this.#page = this.#pages[index >>> pageShift];
    this.#at = (index & (pageSessions - 1)) * stateBytes;
  }

  /** An instant in milliseconds; zero when there was none. */
  time(place: Place<'double'>): number {
    return this.#of().f64[(this.#at >>> 3) + place] as number;
  }

  /** Sets an instant. */
  setTime(place: Place<'double'>, value: number): void {
    this.#of().f64[(this.#at >>> 3) + place] = value;
  }

  /** Evidence of a kind, as of the last action. */
  evidence(kind: number): number {
    return this.#of().f32[(this.#at >>> 2) + floatsFrom + kind] as number;
  }

  /** Sets evidence of a kind. */
  setEvidence(kind: number, value: number): void {
    this.#of().f32[(this.#at >>> 2) + floatsFrom + kind] = value;
  }

  /** Whether there is no evidence of any kind. */
  isClean(): boolean {
    const { f32 } = this.#of();
    const from = (this.#at >>> 2) + floatsFrom;
    for (let kind = 0; kind < evidenceKinds.length; kind += 1) {
      if (f32[from + kind] !== 0) return false;
    }
    return true;
  }

  /** A figure. */
  figure(place: Place<'float'>): number {
    return this.#of().f32[(this.#at >>> 2) + place] as number;
  }

  /** Sets a figure. */
  setFigure(place: Place<'float'>, value: number): void {
    this.#of().f32[(this.#at >>> 2) + place] = value;
  }

  /** A number of 32 bits. */
  word(place: Place<'word'>): number {
    return this.#of().u32[(this.#at >>> 2) + place] as number;
  }

  /** Sets a number of 32 bits. */
  setWord(place: Place<'word'>, value: number): void {
    this.#of().u32[(this.#at >>> 2) + place] = value;
  }

  /** A number of 16 bits. */
  half(place: Place<'half'>): number {
    return this.#of().u16[(this.#at >>> 1) + place] as number;
  }

  /** Sets a number of 16 bits. */
  setHalf(place: Place<'half'>, value: number): void {
    this.#of().u16[(this.#at >>> 1) + place] = value;
  }

  /** A number of 8 bits. */
  byte(place: Place<'byte'>): number {
    return this.#of().u8[this.#at + place] as number;
  }

  /** Sets a number of 8 bits. */
  setByte(place: Place<'byte'>, value: number): void {
    this.#of().u8[this.#at + place] = value;
  }

  /**
   * Puts a hash into a small set, and says whether it was new. The set is a bitmap: it may take a new
   * thing for an old one, never an old one for a new one.
   */
  isNew(set: SmallSet, hash: number): boolean {
    const { from, size } = set;
    const bit = hash % (size * 8);
    const place = this.#at + from + (bit >>> 3);
    const { u8 } = this.#of();
    const held = u8[place] as number;
    const mask = 1 << (bit & 7);
    u8[place] = held | mask;
    return (held & mask) === 0;
  }

  /** Whether a small set holds a hash, or one that it takes for it. */
  has(set: SmallSet, hash: number): boolean {
    const { from, size } = set;
    const bit = hash % (size * 8);
    return ((this.#of().u8[this.#at + from + (bit >>> 3)] as number) & (1 << (bit & 7))) !== 0;
  }

  /** Empties a small set. */
  clear(set: SmallSet): void {
    const { from, size } = set;
    this.#of().u8.fill(0, this.#at + from, this.#at + from + size);
  }

  /** A copy of the whole state. */
  copy(): Uint8Array {
    return this.#of().u8.slice(this.#at, this.#at + stateBytes);
  }

  /** Puts a whole state in place of this one. */
  put(state: Uint8Array): void {
    this.#of().u8.set(state.subarray(0, stateBytes), this.#at);
  }

  /** How many different things two sets hold together, by linear counting (Whang and others, 1990). */
  distinct(one: SmallSet, other: SmallSet): number {
    const { u8 } = this.#of();
    const { from, size } = one;
    const second = other.from;
    let zeros = 0;
    for (let at = 0; at < size; at += 1) {
      const held = (u8[this.#at + from + at] as number) | (u8[this.#at + second + at] as number);
      zeros += 8 - ones(held);
    }
    const bits = size * 8;
    return -bits * Math.log(Math.max(zeros, 1) / bits);
  }

  /** The younger set becomes the older one. */
  rotate(young: SmallSet, old: SmallSet): void {
    const { u8 } = this.#of();
    const { from, size } = young;
    const to = old.from;
    u8.copyWithin(this.#at + to, this.#at + from, this.#at + from + size);
    u8.fill(0, this.#at + from, this.#at + from + size);
  }

  #of(): Page {
    return this.#page as Page;
  }
}

function newPage(): Page {
  const buffer = new ArrayBuffer(pageSessions * stateBytes);
  return {
    f64: new Float64Array(buffer),
    f32: new Float32Array(buffer),
    u32: new Uint32Array(buffer),
    u16: new Uint16Array(buffer),
    u8: new Uint8Array(buffer),
  };
}

function ones(byte: number): number {
  let count = byte - ((byte >> 1) & 0x55);
  count = (count & 0x33) + ((count >> 2) & 0x33);
  return (count + (count >> 4)) & 0x0f;
}
