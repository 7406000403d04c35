import type Database from 'better-sqlite3';
import type { AuditEvent } from '../../domain/audit.js';
import { canonicalText, chainHash, noHash } from './audit-chain.js';
import type { Journal } from './journal.js';

/** The last record of the audit. */
export interface AuditHead {
  /** Zero when there is none. */
  readonly sequence: number;
  readonly hash: Uint8Array;
}

/** The audit: appended to inside the group, each record hashed with the one before it. */
export class Audit {
  readonly #journal: Journal;
  readonly #insert: Database.Statement<[number, string, Uint8Array]>;
  #head: AuditHead;

  constructor(db: Database.Database, journal: Journal) {
    this.#journal = journal;
    this.#insert = db.prepare('INSERT INTO audit (sequence, record, hash) VALUES (?, ?, ?)');
    this.#head = db
      .prepare<[], AuditHead>('SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1')
      .get() ?? { sequence: 0, hash: noHash };
  }

  /** The last record, of this group included. */
  get head(): AuditHead {
    return this.#head;
  }

  /** Appends an event; taken back with the group. */
  append(event: AuditEvent): void {
    const before = this.#head;
    const sequence = before.sequence + 1;
    const text = canonicalText(sequence, event);
    const hash = chainHash(before.hash, text);
    this.#insert.run(sequence, text, hash);
    this.#head = { sequence, hash };
    this.#journal.onRollback(() => {
      this.#head = before;
    });
  }
}
