import type { Handle, Revision } from '@creance/proto';
import type Database from 'better-sqlite3';
import { type Instant, plusSeconds } from '../../domain/instant.js';

/** The bounds of a hold. */
type HoldLimits = Readonly<
  Record<'evidenceHoldSeconds' | 'evidenceHoldSecondsMax' | 'evidenceQuietSeconds', number>
>;

/** For how long evidence is held, and since what. */
export interface EvidenceHold {
  readonly until: Instant;
  /** Holds since it was last quiet. */
  readonly times: number;
  readonly lastAt: Instant;
  /** At which the root was held or ended with it. */
  readonly revision: Revision;
}

const columns = 'until, times, last_at AS lastAt, revision';

/** Tables of evidence that is held: what a theft has touched, and what the watch holds. */
export type HoldTable = 'evidence_holds' | 'watch_holds';

/** Evidence that is held for a while, by the handle of its key. */
export class EvidenceHolds {
  readonly #limits: HoldLimits;
  readonly #find: Database.Statement<[string], EvidenceHold>;
  readonly #save: Database.Statement<[string, number, number, number, number]>;
  readonly #forget: Database.Statement<[number, number]>;

  constructor(db: Database.Database, limits: HoldLimits, table: HoldTable) {
    this.#limits = limits;
    this.#find = db.prepare(`SELECT ${columns} FROM ${table} WHERE handle = ?`);
    this.#save = db.prepare(`INSERT OR REPLACE INTO ${table}
      (handle, until, times, last_at, revision) VALUES (?, ?, ?, ?, ?)`);
    this.#forget = db.prepare(`DELETE FROM ${table} WHERE handle IN
      (SELECT handle FROM ${table} WHERE last_at <= ? ORDER BY last_at LIMIT ?)`);
  }

  /** The last hold of evidence that has not been quiet since. */
  recent(handle: Handle, now: Instant): EvidenceHold | undefined {
    const hold = this.#find.get(handle);
    const isQuiet = hold !== undefined && now >= this.#quietAt(hold.lastAt);
    return isQuiet ? undefined : hold;
  }

  /** Holds evidence: twice as long each time, up to a day. */
  hold(handle: Handle, now: Instant, revision: Revision): void {
    const { evidenceHoldSeconds, evidenceHoldSecondsMax } = this.#limits;
    const earlier = this.recent(handle, now);
    const times = (earlier?.times ?? 0) + 1;
    const seconds = Math.min(evidenceHoldSeconds * 2 ** (times - 1), evidenceHoldSecondsMax);
    const until = Math.max(earlier?.until ?? 0, plusSeconds(now, seconds));
    this.#save.run(handle, until, times, now, revision);
  }

  /** Forgets what has been quiet, at most `limit`. */
  forget(now: Instant, limit: number): void {
    this.#forget.run(plusSeconds(now, -this.#limits.evidenceQuietSeconds), limit);
  }

  #quietAt(lastAt: Instant): Instant {
    return plusSeconds(lastAt, this.#limits.evidenceQuietSeconds);
  }
}
