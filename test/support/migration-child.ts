import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import type * as Migrate from '../../broker/src/store/sqlite/migrate.js';
import type * as Migrations from '../../broker/src/store/sqlite/migrations/index.js';

// Takes a database through the steps it lacks, and kills itself before the statement of that number: where a
// machine may stop is before any of them. Says how many there were when it gets through. Runs built, beside the
// built broker, whose folder it is told.
const [, , store = '', file = '', at = '0'] = process.argv;
const built = (name: string) => import(pathToFileURL(`${store}/${name}`).href);
const { applyMigrations, pendingMigrations }: typeof Migrate = await built('migrate.js');
const { migrations }: typeof Migrations = await built('migrations/index.js');
let statements = 0;
const db = new Database(file, {
  verbose() {
    statements += 1;
    if (statements === Number(at)) process.kill(process.pid, 'SIGKILL');
  },
});
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
const pending = pendingMigrations(db, migrations);
if (!pending.ok) throw new Error(pending.error.code);
applyMigrations(db, pending.value, 1 as Parameters<typeof applyMigrations>[2]);
process.stdout.write(String(statements));
