/**
 * Sessions, evidence, the revocation log and the audit. Handles, ids and thumbprints are base64url text:
 * they are compared by bytes, so case counts. Instants are Unix microseconds.
 */
export const spine = `
CREATE TABLE identity (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  issuer TEXT NOT NULL,
  dev INTEGER NOT NULL CHECK (dev IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE members (
  kind TEXT NOT NULL CHECK (kind IN ('workload', 'verifier', 'operator')),
  name TEXT NOT NULL,
  handle TEXT NOT NULL UNIQUE CHECK (length(handle) = 22),
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE owners (
  name TEXT PRIMARY KEY,
  handle TEXT NOT NULL UNIQUE CHECK (length(handle) = 22)
) STRICT, WITHOUT ROWID;

CREATE TABLE join_tokens (
  hash TEXT PRIMARY KEY CHECK (length(hash) = 43),
  handle TEXT NOT NULL UNIQUE CHECK (length(handle) = 22),
  kind TEXT NOT NULL CHECK (kind IN ('workload', 'verifier', 'operator')),
  name TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  uses INTEGER NOT NULL CHECK (uses > 0),
  used INTEGER NOT NULL DEFAULT 0 CHECK (used BETWEEN 0 AND uses),
  networks TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX join_tokens_by_end ON join_tokens (expires_at);

CREATE TABLE redemptions (
  hash TEXT NOT NULL REFERENCES join_tokens (hash) ON DELETE CASCADE,
  key TEXT NOT NULL CHECK (length(key) = 43),
  redeemed_at INTEGER NOT NULL,
  PRIMARY KEY (hash, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence_keys (
  key TEXT PRIMARY KEY CHECK (length(key) = 43),
  handle TEXT NOT NULL UNIQUE CHECK (length(handle) = 22),
  issuer TEXT NOT NULL CHECK (length(issuer) = 22),
  kind TEXT NOT NULL CHECK (kind IN ('workload', 'verifier', 'operator')),
  name TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_keys_by_member ON evidence_keys (kind, name, expires_at);
CREATE INDEX evidence_keys_by_end ON evidence_keys (expires_at);

CREATE TABLE sessions (
  ordinal INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (length(id) = 22),
  parent TEXT REFERENCES sessions (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('workload', 'verifier', 'operator')),
  name TEXT NOT NULL,
  member TEXT NOT NULL CHECK (length(member) = 22),
  owner TEXT NOT NULL CHECK (length(owner) = 22),
  key TEXT NOT NULL CHECK (length(key) = 43),
  evidence_issuer TEXT NOT NULL CHECK (length(evidence_issuer) = 22),
  evidence_key TEXT NOT NULL CHECK (length(evidence_key) = 22),
  txn TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  opened_revision INTEGER NOT NULL,
  absolute_end_at INTEGER NOT NULL,
  active_at INTEGER NOT NULL,
  ending TEXT CHECK (ending IN ('revoked', 'ended', 'expired')),
  end_revision INTEGER,
  CHECK ((ending IS NULL) = (end_revision IS NULL))
) STRICT;
CREATE INDEX sessions_by_parent ON sessions (parent) WHERE parent IS NOT NULL;
CREATE INDEX sessions_by_key ON sessions (key);
CREATE INDEX sessions_by_end ON sessions (absolute_end_at);
CREATE INDEX sessions_unended ON sessions (absolute_end_at) WHERE ending IS NULL;
CREATE INDEX sessions_ended ON sessions (end_revision) WHERE ending IS NOT NULL;

CREATE TABLE log (
  revision INTEGER PRIMARY KEY CHECK (revision > 0),
  kind TEXT NOT NULL,
  handle TEXT,
  absolute INTEGER,
  before INTEGER,
  key_id TEXT,
  x TEXT,
  y TEXT,
  retire_at INTEGER,
  CHECK (CASE kind
    WHEN 'handle' THEN length(handle) = 22 AND absolute IS NOT NULL AND absolute IN (0, 1)
    WHEN 'before' THEN before IS NOT NULL
    WHEN 'token-key' THEN length(key_id) = 43 AND length(x) = 43 AND length(y) = 43
      AND retire_at IS NOT NULL
    WHEN 'key-cut' THEN length(key_id) = 43
    ELSE 0 END IS TRUE)
) STRICT;
CREATE UNIQUE INDEX log_token_keys ON log (key_id) WHERE kind = 'token-key';
CREATE INDEX log_before ON log (before) WHERE kind = 'before';

CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  record TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE audit_checkpoints (
  sequence INTEGER PRIMARY KEY REFERENCES audit (sequence),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  at INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  signature BLOB NOT NULL
) STRICT;

CREATE TRIGGER identity_is_fixed BEFORE UPDATE ON identity
BEGIN SELECT RAISE(ABORT, 'the identity of a store is fixed'); END;
CREATE TRIGGER identity_stays BEFORE DELETE ON identity
BEGIN SELECT RAISE(ABORT, 'the identity of a store is fixed'); END;
CREATE TRIGGER log_only_grows BEFORE INSERT ON log
WHEN NEW.revision <= (SELECT max(revision) FROM log)
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
CREATE TRIGGER log_rows_are_fixed BEFORE UPDATE ON log
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
CREATE TRIGGER log_rows_stay BEFORE DELETE ON log
BEGIN SELECT RAISE(ABORT, 'the log only grows'); END;
CREATE TRIGGER audit_records_are_fixed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;
CREATE TRIGGER audit_records_stay BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END;
`;
