/**
 * For what sessions are held, evidence that the watch holds, and what the watch keeps. A hold from before
 * was an operator's or a theft's: an operator alone lets go of both.
 *
 * `watch_holds` is apart from `evidence_holds`, so that no suspicion makes a theft a repeated one, which
 * would revoke.
 */
export const watch = `
ALTER TABLE sessions ADD COLUMN held_for TEXT CHECK (held_for IN ('operator', 'theft', 'watch'));
UPDATE sessions SET held_for = 'operator' WHERE held_from IS NOT NULL;

CREATE TABLE watch_holds (
  handle TEXT PRIMARY KEY CHECK (length(handle) = 22),
  until INTEGER NOT NULL,
  times INTEGER NOT NULL CHECK (times > 0),
  last_at INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX watch_holds_by_last ON watch_holds (last_at);

CREATE TABLE watch_profiles (
  workload TEXT PRIMARY KEY CHECK (length(workload) BETWEEN 1 AND 64),
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE watch_sessions (
  session TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  bytes BLOB NOT NULL
) STRICT;
`;
