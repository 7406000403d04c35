import type Database from 'better-sqlite3';
import type { Instant } from '../../domain/instant.js';
import type { ReceiverRef, ReceiverState, ReceiverTarget } from '../outbox.js';

interface ReceiverRow {
  readonly owner: string;
  readonly target: string;
  readonly delivered: number;
  readonly dropped: number;
  readonly last_fault: string;
  readonly last_fault_at: number;
  readonly waiting: number;
}

/** How receivers have done, on the disk, and how far the audit was read for them. */
export class ReceiverTable {
  readonly #count: Database.Statement<[string, string, number, number]>;
  readonly #fault: Database.Statement<[string, string, string, number]>;
  readonly #list: Database.Statement<[string, string], ReceiverRow>;
  readonly #cursor: Database.Statement<[], number>;
  readonly #move: Database.Statement<[number]>;

  constructor(db: Database.Database) {
    this.#count = db.prepare(`INSERT INTO receivers (owner, target, delivered, dropped)
      VALUES (?, ?, ?, ?) ON CONFLICT (owner, target) DO UPDATE SET
      delivered = delivered + excluded.delivered, dropped = dropped + excluded.dropped`);
    this.#fault = db.prepare(`INSERT INTO receivers (owner, target, last_fault, last_fault_at)
      VALUES (?, ?, ?, ?) ON CONFLICT (owner, target) DO UPDATE SET
      last_fault = excluded.last_fault, last_fault_at = excluded.last_fault_at`);
    this.#list = db.prepare(`SELECT owner, target, delivered, dropped, last_fault, last_fault_at,
      (SELECT count(*) FROM deliveries
        WHERE deliveries.owner = receivers.owner AND deliveries.target = receivers.target) AS waiting
      FROM receivers WHERE ? = '' OR owner = ? ORDER BY owner, target`);
    this.#cursor = db.prepare<[], number>('SELECT sequence FROM delivery_cursor').pluck();
    this.#move = db.prepare('UPDATE delivery_cursor SET sequence = max(sequence, ?)');
  }

  /** Counts what a receiver has taken and what was given up. */
  count({ owner, target }: ReceiverRef, { delivered = 0, dropped = 0 }: Counted): void {
    this.#count.run(owner, target, delivered, dropped);
  }

  noteFault({ owner, target }: ReceiverRef, fault: string, at: Instant): void {
    this.#fault.run(owner, target, fault, at);
  }

  list(named: string): readonly ReceiverState[] {
    return this.#list.all(named, named).map((row) => {
      const { owner, delivered, dropped, waiting } = row;
      const target = row.target as ReceiverTarget;
      const lastFaultAt = row.last_fault_at as Instant;
      return { owner, target, delivered, dropped, waiting, lastFault: row.last_fault, lastFaultAt };
    });
  }

  /** Sequence of the last audit record that was read. */
  get cursor(): number {
    return this.#cursor.get() ?? 0;
  }

  moveCursor(sequence: number): void {
    this.#move.run(sequence);
  }
}

interface Counted {
  readonly delivered?: number;
  readonly dropped?: number;
}
