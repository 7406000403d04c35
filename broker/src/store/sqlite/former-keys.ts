import type { Handle, Thumbprint } from '@creance/proto';
import type Database from 'better-sqlite3';

const insert = `INSERT INTO former_keys (key, evidence_key) VALUES (?, ?)
  ON CONFLICT (key) DO UPDATE SET evidence_key =
    CASE WHEN evidence_key = excluded.evidence_key THEN evidence_key END`;

/** Session keys whose session is forgotten or has another key now; for ever. */
export class FormerKeys {
  readonly #insert: Database.Statement<[string, string | null]>;
  readonly #find: Database.Statement<[string], { evidence_key: string | null }>;

  constructor(db: Database.Database) {
    this.#insert = db.prepare(insert);
    this.#find = db.prepare('SELECT evidence_key FROM former_keys WHERE key = ?');
  }

  /** Notes a key; with evidence, that evidence alone may use it again. */
  add(key: Thumbprint, evidenceKey: Handle | undefined): void {
    this.#insert.run(key, evidenceKey ?? null);
  }

  has(key: Thumbprint): boolean {
    return this.#find.get(key) !== undefined;
  }

  /** Whether a key may open a root by the evidence: nobody had it, or that evidence alone. */
  isFreeFor(key: Thumbprint, evidenceKey: Handle): boolean {
    const found = this.#find.get(key);
    return found === undefined || found.evidence_key === evidenceKey;
  }
}
