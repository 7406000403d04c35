import type { Revision, SessionId, Thumbprint } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { Instant } from '../../domain/instant.js';
import type { Session } from '../../domain/session.js';
import type { Ending, Hold } from './entry.js';
import { type NewSessionColumns, newSessionColumns, type SessionRow } from './session-rows.js';

/**
 * Each half by an index of its own, named: left to itself the planner reads a week of ended sessions to
 * save the sorting.
 */
const lately = `
  SELECT * FROM sessions INDEXED BY sessions_unended
    WHERE ending IS NULL AND absolute_end_at > @endsAfter
  UNION ALL
  SELECT * FROM sessions INDEXED BY sessions_ended
    WHERE ending IS NOT NULL AND end_revision > @endedAfter
  ORDER BY ordinal`;

/** Children before their parents, whose rows would take theirs along. */
const outdated = `SELECT * FROM sessions WHERE absolute_end_at <= ?
  ORDER BY absolute_end_at, ordinal DESC LIMIT ?`;

const columns = [
  'id',
  'parent',
  'kind',
  'name',
  'member',
  'owner',
  'key',
  'evidence_issuer',
  'evidence_key',
  'own_evidence',
  'principal',
  'upstream',
  'task',
  'txn',
  'opened_at',
  'opened_revision',
  'absolute_end_at',
  'active_at',
] as const satisfies readonly (keyof NewSessionColumns)[];

/** Sessions on the disk. */
export class SessionTable {
  readonly #insert: Database.Statement<[NewSessionColumns]>;
  readonly #setEnding: Database.Statement<[string, number, number]>;
  readonly #setActive: Database.Statement<[number, number]>;
  readonly #setHold: Database.Statement<[number | null, number, number | null, string, number]>;
  readonly #setKey: Database.Statement<[string, number, number]>;
  readonly #byId: Database.Statement<[string], SessionRow>;
  readonly #byKey: Database.Statement<[string], SessionRow>;
  readonly #lately: Database.Statement<[{ endsAfter: number; endedAfter: number }], SessionRow>;
  readonly #outdated: Database.Statement<[number, number], SessionRow>;
  readonly #delete: Database.Statement<[number]>;

  constructor(db: Database.Database) {
    const names = columns.map((column) => `@${column}`);
    this.#insert = db.prepare(`INSERT INTO sessions (${columns}) VALUES (${names})`);
    this.#setEnding = db.prepare(
      'UPDATE sessions SET ending = ?, end_revision = ? WHERE ordinal = ?',
    );
    this.#setActive = db.prepare('UPDATE sessions SET active_at = ? WHERE ordinal = ?');
    this.#setHold = db.prepare(
      `UPDATE sessions SET suspended_at = ?, held_from = ?, held_to = ?, held_for = ?
        WHERE ordinal = ?`,
    );
    this.#setKey = db.prepare('UPDATE sessions SET key = ?, rekeyed_at = ? WHERE ordinal = ?');
    this.#byId = db.prepare('SELECT * FROM sessions WHERE id = ?');
    this.#byKey = db.prepare('SELECT * FROM sessions WHERE key = ? ORDER BY ordinal DESC LIMIT 1');
    this.#lately = db.prepare(lately);
    this.#outdated = db.prepare(outdated);
    this.#delete = db.prepare('DELETE FROM sessions WHERE ordinal = ?');
  }

  /** Writes a session that is opened now; gives its place in the order of opening. */
  insert(session: Session): number {
    return Number(this.#insert.run(newSessionColumns(session)).lastInsertRowid);
  }

  setEnding(ordinal: number, { as, revision }: Ending): void {
    this.#setEnding.run(as, revision, ordinal);
  }

  setActive(ordinal: number, at: Instant): void {
    this.#setActive.run(at, ordinal);
  }

  setHold(ordinal: number, suspendedAt: Revision | undefined, hold: Hold): void {
    const { from, to, cause } = hold;
    this.#setHold.run(suspendedAt ?? null, from, to ?? null, cause, ordinal);
  }

  setKey(ordinal: number, key: Thumbprint, rekeyedAt: Revision): void {
    this.#setKey.run(key, rekeyedAt, ordinal);
  }

  byId(id: SessionId): SessionRow | undefined {
    return this.#byId.get(id);
  }

  /** The session that was opened last with a key or is bound to it now. */
  lastByKey(key: Thumbprint): SessionRow | undefined {
    return this.#byKey.get(key);
  }

  /** Sessions without an end of their own that reach beyond `since`, and those that ended after it. */
  lately(since: Instant): IterableIterator<SessionRow> {
    // Revisions are Unix microseconds or, after a step of the clock, later: never too few rows.
    return this.#lately.iterate({ endsAfter: since, endedAfter: since });
  }

  /** Sessions whose absolute end lies at or before an instant, at most `limit`. */
  outdated(endedAt: Instant, limit: number): readonly SessionRow[] {
    return this.#outdated.all(endedAt, limit);
  }

  /** Forgets a session. */
  delete(ordinal: number): void {
    this.#delete.run(ordinal);
  }
}
