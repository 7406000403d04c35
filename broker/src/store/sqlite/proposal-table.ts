import type { Handle } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { Instant } from '../../domain/instant.js';
import type { Proposal, ProposedAct } from '../../domain/proposal.js';

interface ProposalRow {
  readonly id: string;
  readonly digest: string;
  readonly kind: string;
  readonly act: string;
  readonly author: string;
  readonly reason: string;
  readonly proposed_at: number;
  readonly expires_at: number;
}

/** Acts that wait for a second person, on the disk. Those whose time is up are there for nobody. */
export class ProposalTable {
  readonly #insert: Database.Statement<[ProposalRow]>;
  readonly #find: Database.Statement<[string, number], ProposalRow>;
  readonly #same: Database.Statement<[string, string, number], ProposalRow>;
  readonly #count: Database.Statement<[string, number], number>;
  readonly #list: Database.Statement<[number], ProposalRow>;
  readonly #delete: Database.Statement<[string]>;
  readonly #deleteKind: Database.Statement<[string]>;
  readonly #deleteAll: Database.Statement<[]>;
  readonly #forget: Database.Statement<[number, number]>;

  constructor(db: Database.Database) {
    this.#insert = db.prepare(`INSERT INTO proposals VALUES
      (@id, @digest, @kind, @act, @author, @reason, @proposed_at, @expires_at)`);
    this.#find = db.prepare('SELECT * FROM proposals WHERE id = ? AND expires_at > ?');
    this.#same = db.prepare(
      'SELECT * FROM proposals WHERE author = ? AND digest = ? AND expires_at > ?',
    );
    this.#count = db
      .prepare<[string, number], number>(
        'SELECT count(*) FROM proposals WHERE author = ? AND expires_at > ?',
      )
      .pluck();
    this.#list = db.prepare(
      'SELECT * FROM proposals WHERE expires_at > ? ORDER BY proposed_at, id',
    );
    this.#delete = db.prepare('DELETE FROM proposals WHERE id = ?');
    this.#deleteKind = db.prepare('DELETE FROM proposals WHERE kind = ?');
    this.#deleteAll = db.prepare('DELETE FROM proposals');
    this.#forget = db.prepare(`DELETE FROM proposals WHERE id IN
      (SELECT id FROM proposals WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`);
  }

  insert({ id, digest, act, author, reason, proposedAt, expiresAt }: Proposal): void {
    const times = { proposed_at: proposedAt, expires_at: expiresAt };
    const { kind } = act;
    this.#insert.run({ id, digest, kind, act: JSON.stringify(act), author, reason, ...times });
  }

  find(id: Handle, now: Instant): Proposal | undefined {
    const row = this.#find.get(id, now);
    return row && proposalOf(row);
  }

  /** The same act of the same author, that waits already. */
  same({ author, digest }: Proposal, now: Instant): Proposal | undefined {
    const row = this.#same.get(author, digest, now);
    return row && proposalOf(row);
  }

  /** How many of an author wait. */
  count(author: string, now: Instant): number {
    return this.#count.get(author, now) ?? 0;
  }

  /** All that wait, the oldest first. */
  list(now: Instant): readonly Proposal[] {
    return this.#list.all(now).map(proposalOf);
  }

  delete(id: Handle): void {
    this.#delete.run(id);
  }

  deleteKind(kind: ProposedAct['kind']): void {
    this.#deleteKind.run(kind);
  }

  deleteAll(): void {
    this.#deleteAll.run();
  }

  /** Forgets those whose time was up at an instant, at most `limit`. */
  forget(expiredAt: Instant, limit: number): void {
    this.#forget.run(expiredAt, limit);
  }
}

function proposalOf(row: ProposalRow): Proposal {
  const { id, digest, act, author, reason } = row;
  return {
    id: id as Handle,
    digest,
    act: JSON.parse(act) as ProposedAct,
    author,
    reason,
    proposedAt: row.proposed_at as Instant,
    expiresAt: row.expires_at as Instant,
  };
}
