import type Database from 'better-sqlite3';
import { type AuditEvent, type AuditRecord, toldKinds } from '../../domain/audit.js';
import type { AuditHead } from '../log-reads.js';
import type { ToldRecords } from '../outbox.js';
import { canonicalText, chainHash, eventOfText, noHash } from './audit-chain.js';
import type { Journal } from './journal.js';
import { Listeners } from './listeners.js';

/** The audit: appended to inside the group, each record hashed with the one before it. */
export class Audit {
  readonly #journal: Journal;
  readonly #insert: Database.Statement<[number, string, Uint8Array]>;
  readonly #between: Database.Statement<
    [number, number],
    { sequence: number; record: string; hash: Buffer }
  >;
  readonly #listeners = new Listeners<readonly AuditRecord[]>();
  #head: AuditHead;
  #told: AuditRecord[] = [];

  constructor(db: Database.Database, journal: Journal) {
    this.#journal = journal;
    this.#insert = db.prepare('INSERT INTO audit (sequence, record, hash) VALUES (?, ?, ?)');
    this.#between = db.prepare(`SELECT sequence, record, hash FROM audit WHERE sequence > ?
      AND sequence <= ? AND record ->> '$.kind' IN (${[...toldKinds].map((kind) => `'${kind}'`).join(', ')})
      ORDER BY sequence`);
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
    const told = toldKinds.has(event.kind);
    if (told) this.#told.push({ sequence, hash: hash.toString('base64url'), event });
    this.#journal.onRollback(() => {
      this.#head = before;
      if (told) this.#told.pop();
    });
  }

  /** Told records among so many after a sequence. Nothing is read amid a group: the head is durable. */
  toldAfter(after: number, stretch: number): ToldRecords {
    const upTo = Math.max(after, Math.min(after + stretch, this.#head.sequence));
    const records = this.#between.all(after, upTo).map(({ sequence, record, hash }) => {
      return { sequence, hash: hash.toString('base64url'), event: eventOfText(record) };
    });
    return { records, upTo };
  }

  /** Calls back with the told records of each group that had some; gives the way to stop. */
  listen(listener: (records: readonly AuditRecord[]) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Tells the listeners what the group that was just committed has appended. */
  publish(): void {
    const records = this.#told;
    if (records.length === 0) return;
    this.#told = [];
    this.#listeners.tell(records);
  }
}
