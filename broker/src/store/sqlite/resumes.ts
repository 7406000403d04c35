import type { SessionId } from '@creance/proto';
import type { Journal } from './journal.js';
import { Listeners } from './listeners.js';

/** Sessions that a group has let go, on their way to those who want to hear of it. */
export class Resumes {
  readonly #journal: Journal;
  readonly #listeners = new Listeners<SessionId>();
  #noted: SessionId[] = [];

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Notes one; taken back with the group. */
  note(session: SessionId): void {
    this.#noted.push(session);
    this.#journal.onRollback(() => void this.#noted.pop());
  }

  listen(listener: (session: SessionId) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Tells the listeners whom the group that was just committed has let go. */
  publish(): void {
    for (const session of this.#noted.splice(0)) this.#listeners.tell(session);
  }
}
