import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import type { Instant } from '../../broker/src/domain/instant.js';
import { applyMigrations, pendingMigrations } from '../../broker/src/store/sqlite/migrate.js';
import { migrations } from '../../broker/src/store/sqlite/migrations/index.js';
import { repository } from '../support/doc-pages.js';
import { faultSeed, figure, sized } from '../support/figure.js';
import { seededDraws } from '../support/seeded.js';

const run = promisify(execFile);
const child = join(repository, 'test/dist/support/migration-child.js');
const store = join(repository, 'broker/dist/src/store/sqlite');
const now = 1 as Instant;

function schemaOf(db: Database.Database): string {
  const rows = db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();
  return JSON.stringify(rows);
}

/** The schema after each number of steps. */
function schemas(): readonly string[] {
  return [0, ...migrations.map(({ number }) => number)].map((steps) => {
    const db = new Database(':memory:');
    applyMigrations(db, migrations.slice(0, steps), now);
    return schemaOf(db);
  });
}

// breaks when: a step runs outside its transaction, or is noted in another one
it('F-77 a migration that is killed at any statement leaves the schema of a step, and goes on', {
  timeout: 600_000,
}, async ({ task }) => {
  const folder = mkdtempSync(join(tmpdir(), 'creance-migration-'));
  const whole = await run(process.execPath, [child, store, join(folder, 'whole.db')]);
  const statements = Number(whole.stdout);
  expect(statements).toBeGreaterThan(migrations.length * 3);
  const draws = seededDraws(faultSeed);
  const points = sized(
    Array.from({ length: 12 }, () => 1 + draws.below(statements)),
    Array.from({ length: statements }, (_, at) => at + 1),
  );
  const known = schemas();
  const left = new Set<number>();
  for (const at of points) {
    const file = join(folder, `${at}.db`);
    const end = await run(process.execPath, [child, store, file, String(at)]).catch(
      (error) => error,
    );
    expect(end.signal).toBe('SIGKILL');
    const db = new Database(file);
    const steps = known.indexOf(schemaOf(db));
    expect(steps, `statement ${at}`).toBeGreaterThanOrEqual(0);
    left.add(steps);
    const pending = pendingMigrations(db, migrations);
    if (!pending.ok) throw new Error(pending.error.code);
    expect(pending.value).toHaveLength(migrations.length - steps);
    applyMigrations(db, pending.value, now);
    expect(schemaOf(db)).toBe(known.at(-1));
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
    rmSync(file, { force: true });
  }
  rmSync(folder, { recursive: true });
  figure(task, { statements, kills: points.length, schemasLeft: left.size, seed: faultSeed });
  expect(left.size).toBeGreaterThan(2);
});
