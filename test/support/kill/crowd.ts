import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Sessions that are written in one transaction. */
const batch = 10_000;

/**
 * Multiplies a session of a stopped broker: so many live sessions like it, each with an id and a key of its
 * own. A broker that starts must load them all.
 */
export function addCrowd(data: string, sessionId: string, count: number): void {
  const database = new Database(join(data, 'creance.db'));
  const columns = (database.pragma('table_info(sessions)') as { name: string }[])
    .map(({ name }) => name)
    .filter((name) => name !== 'ordinal');
  const own: Readonly<Record<string, string>> = { id: '@id', key: '@key', txn: '@txn' };
  const values = columns.map((name) => own[name] ?? name);
  const copy = database.prepare(
    `INSERT INTO sessions (${columns.join(', ')}) SELECT ${values.join(', ')}
     FROM sessions WHERE id = @of`,
  );
  const copySome = database.transaction((some: number) => {
    for (let at = 0; at < some; at += 1) {
      const id = randomBytes(16).toString('base64url');
      const key = randomBytes(32).toString('base64url');
      copy.run({ of: sessionId, id, key, txn: randomBytes(16).toString('base64url') });
    }
  });
  for (let left = count; left > 0; left -= batch) copySome(Math.min(batch, left));
  database.close();
}
