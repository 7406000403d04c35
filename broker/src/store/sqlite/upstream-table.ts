import type { Handle } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { UpstreamRef } from '../store.js';

/** Handles of people and logins at identity providers: on the disk alone, for there may be many. */
export class UpstreamTable {
  readonly #find: Database.Statement<[string, string], string>;
  readonly #insert: Database.Statement<[string, string, string]>;

  constructor(db: Database.Database) {
    this.#find = db
      .prepare<[string, string], string>('SELECT handle FROM upstreams WHERE kind = ? AND hash = ?')
      .pluck();
    this.#insert = db.prepare('INSERT INTO upstreams (kind, hash, handle) VALUES (?, ?, ?)');
  }

  find({ kind, hash }: UpstreamRef): Handle | undefined {
    return this.#find.get(kind, hash) as Handle | undefined;
  }

  /** Who is seen for the first time gets the fresh handle. */
  findOrMake(upstream: UpstreamRef, fresh: Handle): Handle {
    const found = this.find(upstream);
    if (found === undefined) this.#insert.run(upstream.kind, upstream.hash, fresh);
    return found ?? fresh;
  }
}
