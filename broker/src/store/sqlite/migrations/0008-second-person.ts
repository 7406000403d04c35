/**
 * Acts that wait for a second person, since when an evidence key is registered, and join tokens that two keys
 * have brought. A key of before counts as registered long ago: nobody can say when it was.
 *
 * A contested key is registered and opens nothing until another join token registers it anew.
 */
export const secondPerson = `
CREATE TABLE proposals (
  id TEXT PRIMARY KEY CHECK (length(id) = 22),
  digest TEXT NOT NULL CHECK (length(digest) = 43),
  kind TEXT NOT NULL CHECK (kind IN ('manifest', 'resume')),
  act TEXT NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  proposed_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX proposals_by_author ON proposals (author, expires_at);
CREATE INDEX proposals_by_end ON proposals (expires_at);

ALTER TABLE evidence_keys ADD COLUMN registered_at INTEGER NOT NULL DEFAULT 0;

ALTER TABLE join_tokens ADD COLUMN contested INTEGER NOT NULL DEFAULT 0 CHECK (contested IN (0, 1));
CREATE TABLE contested_keys (
  key TEXT PRIMARY KEY REFERENCES evidence_keys (key) ON DELETE CASCADE CHECK (length(key) = 43),
  issuer TEXT NOT NULL CHECK (length(issuer) = 22)
) STRICT, WITHOUT ROWID;
`;
