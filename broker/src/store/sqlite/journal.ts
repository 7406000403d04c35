/**
 * What the writes of one group have done to memory: steps that take it back when the group is not
 * committed, and steps that wait until it is.
 */
export class Journal {
  readonly #undo: (() => void)[] = [];
  readonly #later: (() => void)[] = [];

  /** Notes how to take back what was just done to memory. */
  onRollback(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Notes what is to be done once the group is durable. It must not throw. */
  onCommit(step: () => void): void {
    this.#later.push(step);
  }

  /** Takes everything back, the last step first. */
  rollBack(): void {
    this.#later.length = 0;
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) undo();
  }

  /** Does what waited, in order. */
  commit(): void {
    this.#undo.length = 0;
    for (const step of this.#later.splice(0)) step();
  }
}
