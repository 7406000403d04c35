const decoder = new TextDecoder('utf-8', { fatal: true });

/** Puts numbers and texts one after the other into a room of bytes, little-endian. Throws when it is full. */
export class ByteWriter {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = 0;

  /** Writes over what the room holds: one room serves many, one after the other. */
  constructor(room: Buffer) {
    this.#bytes = room;
    this.#view = new DataView(room.buffer, room.byteOffset, room.byteLength);
  }

  /** How many bytes there are. */
  get size(): number {
    return this.#at;
  }

  /** A copy of the bytes. */
  bytes(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.#at);
  }

  /** Puts a number of 16 bits. */
  half(value: number): void {
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  /** Puts a number of 32 bits. */
  word(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  /** Puts a fraction of 32 bits. */
  float(value: number): void {
    this.#view.setFloat32(this.#at, value, true);
    this.#at += 4;
  }

  /** Puts a fraction of 64 bits. */
  double(value: number): void {
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** Puts bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Puts a text of at most 65,535 bytes. */
  text(text: string): void {
    const from = this.#at + 2;
    // A character is three bytes of UTF-8 at most; what does not fit would be cut off without a word.
    if (from + 3 * text.length > this.#bytes.length) throw new RangeError('no room for the text');
    const size = this.#bytes.write(text, from, 'utf8');
    this.half(size);
    this.#at += size;
  }

  /** Puts what a function puts of each thing, and their number before, while they fit into `room` bytes. */
  list<T>(things: Iterable<T>, room: number, put: (thing: T) => void): void {
    const start = this.#at;
    let count = 0;
    this.half(0);
    for (const thing of things) {
      const before = this.#at;
      put(thing);
      if (this.#at - start > room) {
        this.#at = before;
        break;
      }
      count += 1;
    }
    this.#view.setUint16(start, count, true);
  }
}

/** Takes them out again. Throws a RangeError or TypeError where there are none. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    // A Buffer's slice is no copy: this is about plain bytes.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Whether all was taken. */
  get isDone(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Takes a number of 16 bits. */
  half(): number {
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2, true);
  }

  /** Takes a number of 32 bits. */
  word(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  /** Takes a fraction of 32 bits. */
  float(): number {
    this.#at += 4;
    return this.#view.getFloat32(this.#at - 4, true);
  }

  /** Takes a fraction of 64 bits. */
  double(): number {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }

  /** Takes bytes as they are. */
  raw(size: number): Uint8Array {
    this.#at += size;
    if (this.#at > this.#bytes.length) throw new RangeError('no more bytes');
    return this.#bytes.slice(this.#at - size, this.#at);
  }

  /** Takes a text. */
  text(): string {
    return decoder.decode(this.raw(this.half()));
  }

  /** Takes a list of at most so many things. */
  list<T>(most: number, take: () => T): readonly T[] {
    const count = this.half();
    if (count > most) throw new RangeError('too many');
    return Array.from({ length: count }, take);
  }
}

/** A checksum of bytes (FNV-1a): shows what was torn, not what was forged. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at += 1)
    sum = Math.imul(sum ^ (bytes[at] as number), 0x01000193);
  return sum >>> 0;
}
