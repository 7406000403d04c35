import type Database from 'better-sqlite3';
import type { Instant } from '../../domain/instant.js';
import type { ManifestApply, ManifestText, ManifestVersion } from '../manifest-asks.js';

interface ManifestRow {
  readonly version: number;
  readonly hash: string;
  readonly author: string;
  readonly applied_at: number;
  readonly reason: string;
  readonly rolled_back_to: number | null;
  readonly widenings: number;
}

const columns = 'version, hash, author, applied_at, reason, rolled_back_to, widenings';

/** The manifests that were in force, on the disk. */
export class ManifestTable {
  readonly #newest: Database.Statement<[], number | null>;
  readonly #insert: Database.Statement<[ManifestRow & { readonly text: string }]>;
  readonly #forget: Database.Statement<[number]>;
  readonly #list: Database.Statement<[], ManifestRow>;
  readonly #find: Database.Statement<[number], ManifestRow & { readonly text: string }>;

  constructor(db: Database.Database) {
    this.#newest = db.prepare<[], number | null>('SELECT max(version) FROM manifests').pluck();
    this.#insert = db.prepare(`INSERT INTO manifests (text, ${columns}) VALUES
      (@text, @version, @hash, @author, @applied_at, @reason, @rolled_back_to, @widenings)`);
    this.#forget = db.prepare('DELETE FROM manifests WHERE version <= ?');
    this.#list = db.prepare(`SELECT ${columns} FROM manifests ORDER BY version DESC`);
    this.#find = db.prepare('SELECT * FROM manifests WHERE version = ?');
  }

  /** The version in force; zero when there is none. */
  newest(): number {
    return this.#newest.get() ?? 0;
  }

  /** Keeps one more, and forgets what is older than the last `kept`; gives its version. */
  insert(manifest: ManifestApply, kept: number): number {
    const { text, hash, author, now, reason, rolledBackTo, widenings } = manifest;
    const version = this.newest() + 1;
    this.#insert.run({
      version,
      text,
      hash,
      author,
      applied_at: now,
      reason,
      rolled_back_to: rolledBackTo ?? null,
      widenings,
    });
    this.#forget.run(version - kept);
    return version;
  }

  /** All that are kept, newest first. */
  list(): readonly ManifestVersion[] {
    return this.#list.all().map(versionOf);
  }

  find(version: number): ManifestText | undefined {
    const row = this.#find.get(version);
    return row && { ...versionOf(row), text: row.text };
  }
}

function versionOf(row: ManifestRow): ManifestVersion {
  const { version, hash, author, reason, widenings } = row;
  const rolledBackTo = row.rolled_back_to ?? undefined;
  const appliedAt = row.applied_at as Instant;
  return { version, hash, author, appliedAt, reason, rolledBackTo, widenings };
}
