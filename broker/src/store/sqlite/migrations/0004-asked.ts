/** Which scopes calm sessions of a workload have asked for: a row of its own, since a history may fill its own. */
export const asked = `
CREATE TABLE watch_asked (
  workload TEXT PRIMARY KEY CHECK (length(workload) BETWEEN 1 AND 64),
  bytes BLOB NOT NULL
) STRICT;
`;
