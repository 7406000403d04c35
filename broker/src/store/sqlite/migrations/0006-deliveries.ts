/**
 * Events on their way to the owners' receivers. The audit is what they are made of: `delivery_cursor` is how
 * far it was read, so that a crash between a cut and its delivery loses nothing. What was before this step is
 * not told. Bodies are claims that nobody has signed yet, and hold no bearer material.
 */
export const deliveries = `
CREATE TABLE delivery_cursor (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  sequence INTEGER NOT NULL CHECK (sequence >= 0)
) STRICT;
INSERT INTO delivery_cursor SELECT 1, coalesce(max(sequence), 0) FROM audit;

CREATE TABLE deliveries (
  ordinal INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (length(id) = 43),
  owner TEXT NOT NULL CHECK (length(owner) BETWEEN 1 AND 64),
  target TEXT NOT NULL CHECK (target IN ('contact', 'escalation')),
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  claims TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  next_at INTEGER NOT NULL,
  last_fault TEXT NOT NULL DEFAULT '',
  escalated INTEGER NOT NULL DEFAULT 0 CHECK (escalated IN (0, 1))
) STRICT;
CREATE INDEX deliveries_by_receiver ON deliveries (owner, target, ordinal);
CREATE INDEX deliveries_unescalated ON deliveries (created_at)
  WHERE target = 'contact' AND escalated = 0;

CREATE TABLE receivers (
  owner TEXT NOT NULL,
  target TEXT NOT NULL CHECK (target IN ('contact', 'escalation')),
  delivered INTEGER NOT NULL DEFAULT 0,
  dropped INTEGER NOT NULL DEFAULT 0,
  last_fault TEXT NOT NULL DEFAULT '',
  last_fault_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (owner, target)
) STRICT, WITHOUT ROWID;
`;
