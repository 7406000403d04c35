import type { Thumbprint } from '@creance/proto';
import type { Journal } from './journal.js';

/** What the marks must learn of a group: keys that it has cut for good. */
export class RevokedNotes {
  readonly #journal: Journal;
  readonly #evidence: Thumbprint[] = [];
  readonly #tokenKeys: Thumbprint[] = [];

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Notes an evidence key; taken back with the group. */
  evidence(key: Thumbprint): void {
    this.#note(this.#evidence, key);
  }

  /** Notes a token key; taken back with the group. */
  tokenKey(keyId: Thumbprint): void {
    this.#note(this.#tokenKeys, keyId);
  }

  /** Takes what was noted. */
  take(): { readonly evidence: readonly Thumbprint[]; readonly tokenKeys: readonly Thumbprint[] } {
    return { evidence: this.#evidence.splice(0), tokenKeys: this.#tokenKeys.splice(0) };
  }

  #note(keys: Thumbprint[], key: Thumbprint): void {
    keys.push(key);
    this.#journal.onRollback(() => void keys.pop());
  }
}
