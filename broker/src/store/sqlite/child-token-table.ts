import type { SessionId, Thumbprint } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { Instant } from '../../domain/instant.js';
import type { MemberKind } from '../../domain/registry.js';
import type { ChildJoinToken } from '../store.js';
import { taskOf, taskText } from './session-rows.js';

interface ChildTokenRow {
  readonly hash: string;
  readonly parent: string;
  readonly kind: string;
  readonly name: string;
  readonly absolute_end_at: number;
  readonly task: string | null;
  readonly expires_at: number;
  readonly redeemed_by: string | null;
}

/** Child join tokens on the disk. */
export class ChildTokenTable {
  readonly #insert: Database.Statement<[Omit<ChildTokenRow, 'redeemed_by'>]>;
  readonly #find: Database.Statement<[string], ChildTokenRow>;
  readonly #redeem: Database.Statement<[string, string, number]>;
  readonly #countWaiting: Database.Statement<[string, number, number], number>;
  readonly #forget: Database.Statement<[number, number]>;
  readonly #dropWaiting: Database.Statement<[string]>;
  readonly #dropAll: Database.Statement<[]>;

  constructor(db: Database.Database) {
    this.#insert = db.prepare(`INSERT INTO child_join_tokens
      (hash, parent, kind, name, absolute_end_at, task, expires_at)
      VALUES (@hash, @parent, @kind, @name, @absolute_end_at, @task, @expires_at)`);
    this.#find = db.prepare('SELECT * FROM child_join_tokens WHERE hash = ?');
    this.#redeem = db.prepare(`UPDATE child_join_tokens SET redeemed_by = ?
      WHERE hash = ? AND redeemed_by IS NULL AND expires_at > ?`);
    this.#countWaiting = db
      .prepare<[string, number, number], number>(
        `SELECT count(*) FROM (SELECT 1 FROM child_join_tokens
          WHERE parent = ? AND expires_at > ? AND redeemed_by IS NULL LIMIT ?)`,
      )
      .pluck();
    this.#forget = db.prepare(`DELETE FROM child_join_tokens WHERE hash IN
      (SELECT hash FROM child_join_tokens WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`);
    this.#dropWaiting = db.prepare(
      'DELETE FROM child_join_tokens WHERE parent = ? AND redeemed_by IS NULL',
    );
    this.#dropAll = db.prepare('DELETE FROM child_join_tokens');
  }

  insert(token: Omit<ChildJoinToken, 'redeemedBy'>): void {
    this.#insert.run({
      hash: token.hash,
      parent: token.parent,
      ...token.member,
      absolute_end_at: token.absoluteEndAt,
      task: taskText(token.task),
      expires_at: token.expiresAt,
    });
  }

  find(hash: string): ChildJoinToken | undefined {
    const row = this.#find.get(hash);
    return row && tokenOf(row);
  }

  /** Takes the only use for a session key, by one conditional update. False when it is gone. */
  redeem(hash: string, key: Thumbprint, now: Instant): boolean {
    return this.#redeem.run(key, hash, now).changes === 1;
  }

  /** Counts those of a parent that may still be redeemed, up to `enough`. */
  countWaiting(parent: SessionId, now: Instant, enough: number): number {
    return this.#countWaiting.get(parent, now, enough) ?? 0;
  }

  /** Forgets those that expired at or before an instant, at most `limit`. */
  forget(expiredAt: Instant, limit: number): void {
    this.#forget.run(expiredAt, limit);
  }

  /** Deletes those of a parent that nobody has redeemed. */
  dropWaiting(parent: SessionId): void {
    this.#dropWaiting.run(parent);
  }

  /** Deletes all: after a restore nobody knows which were redeemed. */
  dropAll(): void {
    this.#dropAll.run();
  }
}

function tokenOf(row: ChildTokenRow): ChildJoinToken {
  return {
    hash: row.hash,
    parent: row.parent as SessionId,
    member: { kind: row.kind as MemberKind, name: row.name },
    absoluteEndAt: row.absolute_end_at as Instant,
    task: taskOf(row.task),
    expiresAt: row.expires_at as Instant,
    redeemedBy: (row.redeemed_by ?? undefined) as Thumbprint | undefined,
  };
}
