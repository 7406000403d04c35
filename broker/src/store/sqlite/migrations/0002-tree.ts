/**
 * Delegation, holds, cuts of handles, rekey, and what a restore needs. Sessions of the first step keep
 * their meaning: a root has evidence of its own, a child shares its parent's.
 *
 * `log.ends_below` is 1 where a row ends what was opened below its handle before it; a hold, a rekey and
 * a token cut name a session too and end nothing.
 */
export const tree = `
ALTER TABLE sessions ADD COLUMN own_evidence INTEGER NOT NULL DEFAULT 1
  CHECK (own_evidence IN (0, 1));
UPDATE sessions SET own_evidence = 0 WHERE parent IS NOT NULL;
ALTER TABLE sessions ADD COLUMN principal TEXT CHECK (length(principal) = 22);
ALTER TABLE sessions ADD COLUMN upstream TEXT CHECK (length(upstream) = 22);
ALTER TABLE sessions ADD COLUMN task TEXT;
ALTER TABLE sessions ADD COLUMN suspended_at INTEGER;
ALTER TABLE sessions ADD COLUMN held_from INTEGER;
ALTER TABLE sessions ADD COLUMN held_to INTEGER;
ALTER TABLE sessions ADD COLUMN rekeyed_at INTEGER;

CREATE TABLE former_keys (
  key TEXT PRIMARY KEY CHECK (length(key) = 43),
  evidence_key TEXT CHECK (length(evidence_key) = 22)
) STRICT, WITHOUT ROWID;

CREATE TABLE child_join_tokens (
  hash TEXT PRIMARY KEY CHECK (length(hash) = 43),
  parent TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('workload', 'verifier', 'operator')),
  name TEXT NOT NULL,
  absolute_end_at INTEGER NOT NULL,
  task TEXT,
  expires_at INTEGER NOT NULL,
  redeemed_by TEXT CHECK (length(redeemed_by) = 43)
) STRICT, WITHOUT ROWID;
CREATE INDEX child_join_tokens_by_parent ON child_join_tokens (parent, expires_at);
CREATE INDEX child_join_tokens_by_end ON child_join_tokens (expires_at);

CREATE TABLE upstreams (
  kind TEXT NOT NULL CHECK (kind IN ('principal', 'upstream')),
  hash TEXT NOT NULL CHECK (length(hash) = 43),
  handle TEXT NOT NULL UNIQUE CHECK (length(handle) = 22),
  PRIMARY KEY (kind, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE registrations (
  issuer TEXT NOT NULL CHECK (length(issuer) = 22),
  key TEXT NOT NULL REFERENCES evidence_keys (key) ON DELETE CASCADE,
  PRIMARY KEY (issuer, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX registrations_by_key ON registrations (key);
INSERT INTO registrations SELECT issuer, key FROM evidence_keys;
INSERT OR IGNORE INTO registrations
  SELECT join_tokens.handle, redemptions.key FROM redemptions
  JOIN join_tokens USING (hash) JOIN evidence_keys USING (key);

CREATE TABLE cut_keys (
  key TEXT PRIMARY KEY CHECK (length(key) = 43)
) STRICT, WITHOUT ROWID;
ALTER TABLE join_tokens ADD COLUMN cut INTEGER NOT NULL DEFAULT 0 CHECK (cut IN (0, 1));

CREATE TABLE evidence_holds (
  handle TEXT PRIMARY KEY CHECK (length(handle) = 22),
  until INTEGER NOT NULL,
  times INTEGER NOT NULL CHECK (times > 0),
  last_at INTEGER NOT NULL,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_holds_by_last ON evidence_holds (last_at);

ALTER TABLE log ADD COLUMN ends_below INTEGER NOT NULL DEFAULT 0
  CHECK (ends_below = 0 OR (ends_below = 1 AND kind = 'handle' AND absolute = 0));
CREATE INDEX log_handle_cuts ON log (handle, revision) WHERE ends_below = 1;
CREATE INDEX log_key_cuts ON log (key_id) WHERE kind = 'key-cut';

CREATE TRIGGER former_keys_stay BEFORE DELETE ON former_keys
BEGIN SELECT RAISE(ABORT, 'a key that had a session stays known'); END;
CREATE TRIGGER cut_keys_stay BEFORE DELETE ON cut_keys
BEGIN SELECT RAISE(ABORT, 'a cut stays'); END;
`;
