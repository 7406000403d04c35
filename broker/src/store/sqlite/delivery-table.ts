import type Database from 'better-sqlite3';
import type { EventKind } from '../../domain/event.js';
import type { Instant } from '../../domain/instant.js';
import type { Delivery, NewDelivery, ReceiverRef, ReceiverTarget } from '../outbox.js';

interface DeliveryRow {
  readonly id: string;
  readonly owner: string;
  readonly target: string;
  readonly kind: string;
  readonly at: number;
  readonly claims: string;
  readonly created_at: number;
  readonly attempts: number;
  readonly next_at: number;
  readonly last_fault: string;
}

/** Events on their way to receivers, on the disk. */
export class DeliveryTable {
  readonly #insert: Database.Statement<[Omit<DeliveryRow, 'attempts' | 'last_fault'>]>;
  readonly #find: Database.Statement<[string], DeliveryRow>;
  readonly #remove: Database.Statement<[string]>;
  readonly #fail: Database.Statement<[number, string, string]>;
  readonly #escalate: Database.Statement<[string]>;
  readonly #surplus: Database.Statement<[string, string, number], string>;
  readonly #due: Database.Statement<[number], DeliveryRow>;
  readonly #overdue: Database.Statement<[number, number], DeliveryRow>;
  readonly #list: Database.Statement<[string, string, number], DeliveryRow>;

  constructor(db: Database.Database) {
    this.#insert = db.prepare(`INSERT OR IGNORE INTO deliveries
      (id, owner, target, kind, at, claims, created_at, next_at)
      VALUES (@id, @owner, @target, @kind, @at, @claims, @created_at, @next_at)`);
    this.#find = db.prepare('SELECT * FROM deliveries WHERE id = ?');
    this.#remove = db.prepare('DELETE FROM deliveries WHERE id = ?');
    this.#fail = db.prepare(`UPDATE deliveries
      SET attempts = attempts + 1, next_at = ?, last_fault = ? WHERE id = ?`);
    this.#escalate = db.prepare('UPDATE deliveries SET escalated = 1 WHERE id = ?');
    this.#surplus = db
      .prepare<[string, string, number], string>(`SELECT id FROM deliveries
        WHERE owner = ? AND target = ? ORDER BY ordinal DESC LIMIT -1 OFFSET ?`)
      .pluck();
    // The first of each receiver alone is due, so that a receiver gets its events in order.
    this.#due = db.prepare(`SELECT * FROM deliveries WHERE next_at <= ? AND ordinal IN
      (SELECT min(ordinal) FROM deliveries GROUP BY owner, target)`);
    this.#overdue = db.prepare(`SELECT * FROM deliveries
      WHERE target = 'contact' AND escalated = 0 AND created_at <= ? ORDER BY ordinal LIMIT ?`);
    this.#list = db.prepare(`SELECT * FROM deliveries WHERE ? = '' OR owner = ?
      ORDER BY ordinal LIMIT ?`);
  }

  /** Adds one, unless it is there; says whether it was added. */
  insert({ id, owner, target, kind, at, claims }: NewDelivery, now: Instant): boolean {
    const own = { id, owner, target, kind, at, claims };
    return this.#insert.run({ ...own, created_at: now, next_at: now }).changes > 0;
  }

  find(id: string): Delivery | undefined {
    const row = this.#find.get(id);
    return row && deliveryOf(row);
  }

  remove(id: string): void {
    this.#remove.run(id);
  }

  fail(id: string, nextAt: Instant, fault: string): void {
    this.#fail.run(nextAt, fault, id);
  }

  escalate(id: string): void {
    this.#escalate.run(id);
  }

  /** The oldest of a receiver beyond the newest `kept`. */
  surplus({ owner, target }: ReceiverRef, kept: number): readonly string[] {
    return this.#surplus.all(owner, target, kept);
  }

  due(now: Instant): readonly Delivery[] {
    return this.#due.all(now).map(deliveryOf);
  }

  overdue(createdBefore: Instant, limit: number): readonly Delivery[] {
    return this.#overdue.all(createdBefore, limit).map(deliveryOf);
  }

  list(owner: string, limit: number): readonly Delivery[] {
    return this.#list.all(owner, owner, limit).map(deliveryOf);
  }
}

function deliveryOf(row: DeliveryRow): Delivery {
  const { id, owner, claims, attempts } = row;
  return {
    id,
    owner,
    target: row.target as ReceiverTarget,
    kind: row.kind as EventKind,
    at: row.at as Instant,
    claims,
    createdAt: row.created_at as Instant,
    attempts,
    nextAt: row.next_at as Instant,
    lastFault: row.last_fault,
  };
}
