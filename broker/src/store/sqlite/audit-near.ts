import type { SessionId } from '@creance/proto';
import type Database from 'better-sqlite3';
import type { AuditEvent, AuditKind } from '../../domain/audit.js';
import type { Instant } from '../../domain/instant.js';

/** A record as `canonicalText` has written it. */
type Record = Omit<AuditEvent, 'session' | 'requestId'> & {
  readonly session: SessionId | null;
  readonly requestId: string | null;
};

/**
 * Finds audit records about an instant without an index: records stand in the order of their commits, which
 * is nearly that of their instants, so that halving finds the place and a bounded stretch around it the rest.
 */
export class AuditNear {
  readonly #recordAt: Database.Statement<[number], { readonly record: string }>;
  readonly #last: Database.Statement<[], { readonly last: number | null }>;
  readonly #between: Database.Statement<[number, number, string], { readonly record: string }>;

  readonly #reach: number;

  /** `reach` records on each side are looked at. */
  constructor(db: Database.Database, reach: number) {
    this.#reach = reach;
    this.#recordAt = db.prepare('SELECT record FROM audit WHERE sequence = ?');
    this.#last = db.prepare('SELECT max(sequence) AS last FROM audit');
    this.#between = db.prepare(
      `SELECT record FROM audit WHERE sequence BETWEEN ? AND ?
       AND CASE WHEN json_valid(record) THEN json_extract(record, '$.kind') END
         IN (SELECT value FROM json_each(?))
       ORDER BY sequence`,
    );
  }

  /** Records of some kinds among those on each side of an instant. */
  find(at: Instant, kinds: readonly AuditKind[]): readonly AuditEvent[] {
    const place = this.#placeOf(at);
    return this.#between
      .all(place - this.#reach, place + this.#reach, JSON.stringify(kinds))
      .map(({ record }) => eventOf(record));
  }

  /** The first record that was not made before an instant, as far as they are in order. */
  #placeOf(at: Instant): number {
    let [low, high] = [1, (this.#last.get()?.last ?? 0) + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const row = this.#recordAt.get(middle);
      if (row !== undefined && instantOf(row.record) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Somebody may have edited the file: that is for `verifyAudit` to say, and no reason to fail here. */
function instantOf(text: string): number {
  try {
    return (JSON.parse(text) as Record).at;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function eventOf(text: string): AuditEvent {
  const { kind, at, actor, session, requestId, facts } = JSON.parse(text) as Record;
  return {
    kind,
    at,
    actor,
    facts,
    ...(session !== null && { session }),
    ...(requestId !== null && { requestId }),
  };
}
