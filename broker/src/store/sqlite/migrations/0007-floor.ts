/**
 * The floor of the log: what lies below it ends no token that can still live, so that views and starts need
 * not hold it. The rows themselves stay. The indexes find what a start and a snapshot need without the rest.
 */
export const floor = `
CREATE TABLE log_floor (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  revision INTEGER NOT NULL CHECK (revision >= 0)
) STRICT;
INSERT INTO log_floor (one, revision) VALUES (1, 0);
CREATE TRIGGER log_floor_only_rises BEFORE UPDATE ON log_floor WHEN NEW.revision < OLD.revision
BEGIN SELECT RAISE(ABORT, 'the floor only rises'); END;
CREATE TRIGGER log_floor_stays BEFORE DELETE ON log_floor
BEGIN SELECT RAISE(ABORT, 'the floor only rises'); END;

CREATE INDEX log_cuts_below ON log (revision, handle) WHERE ends_below = 1;
CREATE INDEX log_keys ON log (revision) WHERE kind IN ('token-key', 'key-cut');
`;
