import type { Handle, Thumbprint } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { Instant } from '../../domain/instant.js';
import type { MemberKind } from '../../domain/registry.js';
import type { JoinToken, NewJoinToken } from '../store.js';

interface JoinTokenRow {
  readonly hash: string;
  readonly handle: string;
  readonly kind: string;
  readonly name: string;
  readonly expires_at: number;
  readonly uses: number;
  readonly used: number;
  readonly networks: string;
  readonly contested: number;
  readonly cut: number;
}

/** A join token without the keys that have redeemed it, which may be many. */
export type JoinTokenAlone = Omit<JoinToken, 'redeemedBy'> & { readonly isCut: boolean };

/** Join tokens on the disk. */
export class JoinTokenTable {
  readonly #insert: Database.Statement<[Omit<JoinTokenRow, 'used' | 'cut' | 'contested'>]>;
  readonly #find: Database.Statement<[string], JoinTokenRow>;
  readonly #redeem: Database.Statement<[string, number]>;
  readonly #redemption: Database.Statement<[string, string, number]>;
  readonly #redeemedBy: Database.Statement<[string], string>;
  readonly #isRedeemed: Database.Statement<[string, string]>;
  readonly #hasHandle: Database.Statement<[string]>;
  readonly #cut: Database.Statement<[string]>;
  readonly #contest: Database.Statement<[string]>;
  readonly #forget: Database.Statement<[number, number]>;
  readonly #dropAll: Database.Statement<[]>;

  constructor(db: Database.Database) {
    this.#insert = db.prepare(`INSERT INTO join_tokens
      (hash, handle, kind, name, expires_at, uses, networks)
      VALUES (@hash, @handle, @kind, @name, @expires_at, @uses, @networks)`);
    this.#find = db.prepare('SELECT * FROM join_tokens WHERE hash = ?');
    this.#redeem = db.prepare(`UPDATE join_tokens SET used = used + 1
      WHERE hash = ? AND used < uses AND expires_at > ? AND cut = 0`);
    this.#redemption = db.prepare(
      'INSERT INTO redemptions (hash, key, redeemed_at) VALUES (?, ?, ?)',
    );
    this.#redeemedBy = db
      .prepare<[string], string>('SELECT key FROM redemptions WHERE hash = ? ORDER BY redeemed_at')
      .pluck();
    this.#isRedeemed = db.prepare('SELECT 1 FROM redemptions WHERE hash = ? AND key = ?');
    this.#hasHandle = db.prepare('SELECT 1 FROM join_tokens WHERE handle = ?');
    this.#contest = db.prepare('UPDATE join_tokens SET contested = 1 WHERE hash = ?');
    this.#cut = db.prepare('UPDATE join_tokens SET cut = 1 WHERE handle = ?');
    this.#forget = db.prepare(`DELETE FROM join_tokens WHERE hash IN
      (SELECT hash FROM join_tokens WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`);
    this.#dropAll = db.prepare('DELETE FROM join_tokens');
  }

  insert({ hash, handle, member, expiresAt, uses, networks }: NewJoinToken): void {
    this.#insert.run({
      hash,
      handle,
      ...member,
      expires_at: expiresAt,
      uses,
      networks: JSON.stringify(networks),
    });
  }

  find(hash: string): JoinToken | undefined {
    const found = this.findAlone(hash);
    if (found === undefined) return undefined;
    const { isCut: _, ...token } = found;
    return { ...token, redeemedBy: this.#redeemedBy.all(hash) as Thumbprint[] };
  }

  findAlone(hash: string): JoinTokenAlone | undefined {
    const row = this.#find.get(hash);
    return row && tokenOf(row);
  }

  hasHandle(handle: Handle): boolean {
    return this.#hasHandle.get(handle) !== undefined;
  }

  isRedeemedBy(hash: string, key: Thumbprint): boolean {
    return this.#isRedeemed.get(hash, key) !== undefined;
  }

  /** Takes one use for a key, by one conditional update. False when none is left. */
  redeem(hash: string, key: Thumbprint, now: Instant): boolean {
    if (this.#redeem.run(hash, now).changes !== 1) return false;
    this.#redemption.run(hash, key, now);
    return true;
  }

  /** Notes that another key has brought it too. */
  contest(hash: string): void {
    this.#contest.run(hash);
  }

  /** Takes one out of use for good. */
  cut(handle: Handle): void {
    this.#cut.run(handle);
  }

  /** Forgets those that expired at or before an instant, at most `limit`. */
  forget(expiredAt: Instant, limit: number): void {
    this.#forget.run(expiredAt, limit);
  }

  /** Deletes all: after a restore nobody knows which were redeemed. Gives how many there were. */
  dropAll(): number {
    return this.#dropAll.run().changes;
  }
}

function tokenOf(row: JoinTokenRow): JoinTokenAlone {
  return {
    hash: row.hash,
    handle: row.handle as Handle,
    member: { kind: row.kind as MemberKind, name: row.name },
    expiresAt: row.expires_at as Instant,
    uses: row.uses,
    used: row.used,
    networks: JSON.parse(row.networks) as string[],
    isContested: row.contested === 1,
    isCut: row.cut === 1,
  };
}
