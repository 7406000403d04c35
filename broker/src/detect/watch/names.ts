/** What stands for every name beyond the bound. */
export const otherName = 0;

/**
 * Names of one workload, each as a small number, in the order of their first sight. Beyond the bound all
 * that is new folds into one, `other`: who makes up names makes no room and no cleaner record.
 */
export class Names {
  readonly #most: number;
  readonly #onFull: () => void;
  readonly #ids = new Map<string, number>();
  /** Places of numbers that were put back out of order are empty. */
  readonly #names: (string | undefined)[] = ['other'];

  constructor(most: number, onFull: () => void) {
    this.#most = most;
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
    if (this.#names.length > this.#most) {
      this.#onFull();
      return otherName;
    }
    const id = this.#names.length;
    this.#ids.set(name, id);
    this.#names.push(name);
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
    this.#ids.set(name, id);
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
}
