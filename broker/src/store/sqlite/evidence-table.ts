import type { Handle, Thumbprint } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { Instant } from '../../domain/instant.js';
import type { MemberKind, MemberRef } from '../../domain/registry.js';
import type { EvidenceKey, JoinToken, NewJoinToken } from '../store.js';

interface JoinTokenRow {
  readonly hash: string;
  readonly handle: string;
  readonly kind: string;
  readonly name: string;
  readonly expires_at: number;
  readonly uses: number;
  readonly used: number;
  readonly networks: string;
}

interface EvidenceKeyRow {
  readonly key: string;
  readonly handle: string;
  readonly issuer: string;
  readonly kind: string;
  readonly name: string;
  readonly expires_at: number;
}

const saveKey = `INSERT INTO evidence_keys (key, handle, issuer, kind, name, expires_at)
  VALUES (@key, @handle, @issuer, @kind, @name, @expires_at)
  ON CONFLICT (key) DO UPDATE SET issuer = excluded.issuer, kind = excluded.kind,
    name = excluded.name, expires_at = excluded.expires_at`;

/** Join tokens and evidence keys on the disk. */
export class EvidenceTable {
  readonly #insertToken: Database.Statement<[Omit<JoinTokenRow, 'used'>]>;
  readonly #token: Database.Statement<[string], JoinTokenRow>;
  readonly #redeem: Database.Statement<[string, number]>;
  readonly #redemption: Database.Statement<[string, string, number]>;
  readonly #redeemedBy: Database.Statement<[string], string>;
  readonly #isRedeemed: Database.Statement<[string, string]>;
  readonly #key: Database.Statement<[string], EvidenceKeyRow>;
  readonly #saveKey: Database.Statement<[EvidenceKeyRow]>;
  readonly #countKeys: Database.Statement<[string, string, number, number], number>;
  readonly #forgetTokens: Database.Statement<[number, number]>;
  readonly #forgetKeys: Database.Statement<[number, number]>;

  constructor(db: Database.Database) {
    this.#insertToken = db.prepare(`INSERT INTO join_tokens
      (hash, handle, kind, name, expires_at, uses, networks)
      VALUES (@hash, @handle, @kind, @name, @expires_at, @uses, @networks)`);
    this.#token = db.prepare('SELECT * FROM join_tokens WHERE hash = ?');
    this.#redeem = db.prepare(`UPDATE join_tokens SET used = used + 1
      WHERE hash = ? AND used < uses AND expires_at > ?`);
    this.#redemption = db.prepare(
      'INSERT INTO redemptions (hash, key, redeemed_at) VALUES (?, ?, ?)',
    );
    this.#redeemedBy = db
      .prepare<[string], string>('SELECT key FROM redemptions WHERE hash = ? ORDER BY redeemed_at')
      .pluck();
    this.#isRedeemed = db.prepare('SELECT 1 FROM redemptions WHERE hash = ? AND key = ?');
    this.#key = db.prepare('SELECT * FROM evidence_keys WHERE key = ?');
    this.#saveKey = db.prepare(saveKey);
    this.#countKeys = db
      .prepare<[string, string, number, number], number>(
        `SELECT count(*) FROM (SELECT 1 FROM evidence_keys
          WHERE kind = ? AND name = ? AND expires_at > ? LIMIT ?)`,
      )
      .pluck();
    this.#forgetTokens = db.prepare(`DELETE FROM join_tokens WHERE hash IN
      (SELECT hash FROM join_tokens WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`);
    this.#forgetKeys = db.prepare(`DELETE FROM evidence_keys WHERE key IN
      (SELECT key FROM evidence_keys WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)`);
  }

  insertToken({ hash, handle, member, expiresAt, uses, networks }: NewJoinToken): void {
    this.#insertToken.run({
      hash,
      handle,
      ...member,
      expires_at: expiresAt,
      uses,
      networks: JSON.stringify(networks),
    });
  }

  token(hash: string): JoinToken | undefined {
    const row = this.#token.get(hash);
    if (row === undefined) return undefined;
    const redeemedBy = this.#redeemedBy.all(hash) as Thumbprint[];
    return { ...tokenOf(row), redeemedBy };
  }

  /** A join token without the keys that have redeemed it, which may be many. */
  tokenAlone(hash: string): Omit<JoinToken, 'redeemedBy'> | undefined {
    const row = this.#token.get(hash);
    return row && tokenOf(row);
  }

  isRedeemedBy(hash: string, key: Thumbprint): boolean {
    return this.#isRedeemed.get(hash, key) !== undefined;
  }

  /** Takes one use of a join token for a key, by one conditional update. False when none is left. */
  redeem(hash: string, key: Thumbprint, now: Instant): boolean {
    if (this.#redeem.run(hash, now).changes !== 1) return false;
    this.#redemption.run(hash, key, now);
    return true;
  }

  key(key: Thumbprint): EvidenceKey | undefined {
    const row = this.#key.get(key);
    return row && keyOf(row);
  }

  /** Registers a key; one that is known keeps its handle. */
  saveKey({ key, handle, issuer, member, expiresAt }: EvidenceKey): void {
    this.#saveKey.run({ key, handle, issuer, ...member, expires_at: expiresAt });
  }

  /** Counts the registered keys of a member that have not expired, up to `enough`. */
  countKeys({ kind, name }: MemberRef, now: Instant, enough: number): number {
    return this.#countKeys.get(kind, name, now, enough) ?? 0;
  }

  /** Forgets join tokens and keys that expired at or before an instant, at most `limit` of each. */
  forget(expiredAt: Instant, limit: number): void {
    this.#forgetTokens.run(expiredAt, limit);
    this.#forgetKeys.run(expiredAt, limit);
  }
}

function tokenOf(row: JoinTokenRow): Omit<JoinToken, 'redeemedBy'> {
  return {
    hash: row.hash,
    handle: row.handle as Handle,
    member: { kind: row.kind as MemberKind, name: row.name },
    expiresAt: row.expires_at as Instant,
    uses: row.uses,
    used: row.used,
    networks: JSON.parse(row.networks) as string[],
  };
}

function keyOf(row: EvidenceKeyRow): EvidenceKey {
  return {
    key: row.key as Thumbprint,
    handle: row.handle as Handle,
    issuer: row.issuer as Handle,
    member: { kind: row.kind as MemberKind, name: row.name },
    expiresAt: row.expires_at as Instant,
  };
}
