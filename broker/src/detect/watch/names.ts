/** The bounds of the names of one workload. */
export type NamesBound = 'watchActions' | 'watchResourceActions';

/** What stands for every name beyond the bound. */
export const otherName = 0;

/**
 * Names of one workload, each as a small number, in the order of their first sight. Beyond the bound all
 * that is new folds into one, `other`: who makes up names makes no room and no cleaner record.
 */
export class Names {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #onFull: (bound: NamesBound) => void;
  /** How many begin with the same word: with the same resource. */
  readonly #ofOne = new Map<string, number>();
  readonly #ids = new Map<string, number>();
  /** Places of numbers that were put back out of order are empty. */
  readonly #names: (string | undefined)[] = ['other'];

  /** Takes at most `most` names, and at most `mostOfOne` that begin with the same word. */
  constructor(most: number, mostOfOne: number, onFull: (bound: NamesBound) => void) {
    this.#most = most;
    this.#mostOfOne = mostOfOne;
    this.#mostOfOne = mostOfOne;
    this.#onFull = onFull;
  }

  /** How many there are, `other` not counted. */
  get size(): number {
    return this.#ids.size;
  }

  /** The number of a name, which is learned by it. */
  idOf(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const full = this.#fullFor(name);
    if (full !== undefined) {
      this.#onFull(full);
      return otherName;
    }
    const id = this.#names.length;
    this.#names.push(name);
    this.#put(name, id);
    return id;
  }

  /** The number of a name that is there already; that of `other` otherwise. */
  knownId(name: string): number {
    return this.#ids.get(name) ?? otherName;
  }

  /** Puts a name back at a number that it had; whether it has that number now. Bounded like new names. */
  place(name: string, id: number): boolean {
    const known = this.#ids.get(name);
    if (known !== undefined) return known === id;
    if (this.#ids.size >= this.#most || id <= otherName || id > this.#most) return false;
    if (this.#names[id] !== undefined) return false;
    while (this.#names.length < id) this.#names.push(undefined);
    this.#names[id] = name;
    this.#put(name, id);
    return true;
  }

  /** The name of a number. */
  nameOf(id: number): string {
    return this.#names[id] ?? 'other';
  }

  /** All names in the order of their numbers, from 1. */
  all(): readonly string[] {
    return this.#names.slice(1).map((name) => name ?? '');
  }

  #fullFor(name: string): NamesBound | undefined {
    if (this.#names.length > this.#most) return 'watchActions';
    return this.#count(name) >= this.#mostOfOne ? 'watchResourceActions' : undefined;
  }

  #count(name: string): number {
    return this.#ofOne.get(firstWord(name)) ?? 0;
  }

  #put(name: string, id: number): void {
    this.#ofOne.set(firstWord(name), this.#count(name) + 1);
    this.#ids.set(name, id);
  }
}

/** The resource of a name. */
export function firstWord(name: string): string {
  const at = name.indexOf(' ');
  return at < 0 ? name : name.slice(0, at);
}
