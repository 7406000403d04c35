import type { Handle, Thumbprint } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { Instant } from '../../domain/instant.js';
import type { MemberKind, MemberRef } from '../../domain/registry.js';
import type { EvidenceKey } from '../store.js';

interface NewKeyColumns {
  readonly key: string;
  readonly handle: string;
  readonly issuer: string;
  readonly kind: string;
  readonly name: string;
  readonly expires_at: number;
  readonly registered_at: number;
}

interface EvidenceKeyRow extends NewKeyColumns {
  readonly is_contested: number;
  readonly is_cut: number;
  readonly held_until: number;
}

/** A key to register. */
export type NewEvidenceKey = Omit<EvidenceKey, 'isCut' | 'heldUntil' | 'isContested'>;

const save = `INSERT INTO evidence_keys (key, handle, issuer, kind, name, expires_at, registered_at)
  VALUES (@key, @handle, @issuer, @kind, @name, @expires_at, @registered_at)
  ON CONFLICT (key) DO UPDATE SET issuer = excluded.issuer, kind = excluded.kind,
    name = excluded.name, expires_at = excluded.expires_at, registered_at = excluded.registered_at`;

const find = `SELECT evidence_keys.*,
    max(coalesce(evidence_holds.until, 0), coalesce(watch_holds.until, 0)) AS held_until,
    EXISTS (SELECT 1 FROM cut_keys WHERE cut_keys.key = evidence_keys.key) AS is_cut,
    EXISTS (SELECT 1 FROM contested_keys WHERE contested_keys.key = evidence_keys.key) AS is_contested
  FROM evidence_keys LEFT JOIN evidence_holds USING (handle)
    LEFT JOIN watch_holds ON watch_holds.handle = evidence_keys.handle
  WHERE evidence_keys.key = ?`;

const ofPeers = `${find.replace('WHERE evidence_keys.key = ?', '')}
  WHERE evidence_keys.kind IN ('operator', 'verifier') AND expires_at > ?
    AND NOT EXISTS (SELECT 1 FROM cut_keys WHERE cut_keys.key = evidence_keys.key)
  ORDER BY expires_at DESC, evidence_keys.key LIMIT ?`;

/** Evidence keys on the disk, and those that were cut, for ever. */
export class EvidenceKeyTable {
  readonly #find: Database.Statement<[string], EvidenceKeyRow>;
  readonly #save: Database.Statement<[NewKeyColumns]>;
  readonly #register: Database.Statement<[string, string]>;
  readonly #registeredAt: Database.Statement<[string], number>;
  readonly #contest: Database.Statement<[string, string]>;
  readonly #settle: Database.Statement<[string]>;
  readonly #ofIssuer: Database.Statement<[string], string>;
  readonly #count: Database.Statement<[string, string, number, number], number>;
  readonly #forget: Database.Statement<[number, number]>;
  readonly #endAll: Database.Statement<[]>;
  readonly #cut: Database.Statement<[string]>;
  readonly #ofPeers: Database.Statement<[number, number], EvidenceKeyRow>;
  readonly #isCut: Database.Statement<[string]>;
  readonly #allCut: Database.Statement<[], string>;

  constructor(db: Database.Database) {
    this.#find = db.prepare(find);
    this.#save = db.prepare(save);
    this.#ofPeers = db.prepare(ofPeers);
    this.#register = db.prepare('INSERT OR IGNORE INTO registrations (issuer, key) VALUES (?, ?)');
    this.#registeredAt = db
      .prepare<[string], number>('SELECT registered_at FROM evidence_keys WHERE handle = ?')
      .pluck();
    this.#contest = db.prepare('INSERT OR IGNORE INTO contested_keys (key, issuer) VALUES (?, ?)');
    this.#settle = db.prepare('DELETE FROM contested_keys WHERE key = ?');
    this.#ofIssuer = db
      .prepare<[string], string>('SELECT key FROM registrations WHERE issuer = ?')
      .pluck();
    this.#count = db
      .prepare<[string, string, number, number], number>(
        `SELECT count(*) FROM (SELECT 1 FROM evidence_keys
          WHERE kind = ? AND name = ? AND expires_at > ? LIMIT ?)`,
      )
      .pluck();
    this.#forget = db.prepare(`DELETE FROM evidence_keys WHERE key IN
      (SELECT key FROM evidence_keys WHERE expires_at <= ?
        AND NOT EXISTS (SELECT 1 FROM evidence_holds WHERE handle = evidence_keys.handle)
        AND NOT EXISTS (SELECT 1 FROM watch_holds WHERE handle = evidence_keys.handle)
        ORDER BY expires_at LIMIT ?)`);
    this.#endAll = db.prepare('UPDATE evidence_keys SET expires_at = 0 WHERE expires_at > 0');
    this.#cut = db.prepare('INSERT OR IGNORE INTO cut_keys (key) VALUES (?)');
    this.#isCut = db.prepare('SELECT 1 FROM cut_keys WHERE key = ?');
    this.#allCut = db.prepare<[], string>('SELECT key FROM cut_keys').pluck();
  }

  find(key: Thumbprint): EvidenceKey | undefined {
    const row = this.#find.get(key);
    return row && keyOf(row);
  }

  /** Keys of operators and verifiers that speak at `now`, or will once they are held no more. */
  ofPeers(now: Instant, limit: number): readonly EvidenceKey[] {
    return this.#ofPeers.all(now, limit).map(keyOf);
  }

  /** Registers a key; one that is known keeps its handle. Contested before or not, it speaks again. */
  save({ key, handle, issuer, member, expiresAt, registeredAt }: NewEvidenceKey): void {
    const times = { expires_at: expiresAt, registered_at: registeredAt };
    this.#save.run({ key, handle, issuer, ...member, ...times });
    this.#settle.run(key);
    this.#register.run(issuer, key);
  }

  /** Takes a key that is registered out of use until a join token registers it anew. */
  contest(key: Thumbprint, issuer: Handle): void {
    this.#contest.run(key, issuer);
  }

  /** Since when a key is registered without a break, by its handle. */
  registeredAt(handle: Handle): Instant | undefined {
    return this.#registeredAt.get(handle) as Instant | undefined;
  }

  /** Every key that a join token has registered, by its handle. */
  ofIssuer(issuer: Handle): readonly Thumbprint[] {
    return this.#ofIssuer.all(issuer) as Thumbprint[];
  }

  /** Counts the registered keys of a member that have not expired, up to `enough`. */
  count({ kind, name }: MemberRef, now: Instant, enough: number): number {
    return this.#count.get(kind, name, now, enough) ?? 0;
  }

  /** Takes a key out of use for good, whether it is registered or not. */
  cut(key: Thumbprint): void {
    this.#cut.run(key);
  }

  isCut(key: Thumbprint): boolean {
    return this.#isCut.get(key) !== undefined;
  }

  allCut(): readonly Thumbprint[] {
    return this.#allCut.all() as Thumbprint[];
  }

  /**
   * Ends every registration, whatever the clock will say: a key speaks again once a join token registers it
   * anew. Gives how many there were.
   */
  endAll(): number {
    return this.#endAll.run().changes;
  }

  /**
   * Forgets keys that expired at or before an instant, at most `limit`; never that one was cut, nor one of
   * which a hold is remembered: registered anew it would be another, and free.
   */
  forget(expiredAt: Instant, limit: number): void {
    this.#forget.run(expiredAt, limit);
  }
}

function keyOf(row: EvidenceKeyRow): EvidenceKey {
  return {
    key: row.key as Thumbprint,
    handle: row.handle as Handle,
    issuer: row.issuer as Handle,
    member: { kind: row.kind as MemberKind, name: row.name },
    expiresAt: row.expires_at as Instant,
    registeredAt: row.registered_at as Instant,
    isCut: row.is_cut === 1,
    isContested: row.is_contested === 1,
    heldUntil: row.held_until as Instant,
  };
}
