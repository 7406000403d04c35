/** The manifests that were in force, the newest last. The text is what an operator wrote; no secret is in it. */
export const manifests = `
CREATE TABLE manifests (
  version INTEGER PRIMARY KEY CHECK (version > 0),
  text TEXT NOT NULL,
  hash TEXT NOT NULL CHECK (length(hash) = 43),
  author TEXT NOT NULL,
  applied_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  rolled_back_to INTEGER CHECK (rolled_back_to > 0),
  widenings INTEGER NOT NULL CHECK (widenings >= 0)
) STRICT;
`;
