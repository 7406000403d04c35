import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RestartFigures } from './restart-child.js';
import { nameBytes, nowMicros, openBenchDatabase, openBenchStore } from './tree-store.js';

/** A start of the store with so many live sessions, and as many rows of the log. */
export interface Restart extends RestartFigures {
  readonly bytesPerSession: number;
}

/** One log row in so many ends what hangs below a handle: the rest are ends of single sessions. */
const rowsPerHandleCut = 100;

/** Sessions of one workload, as many as it may have. */
const sessionsPerMember = 100;

const child = fileURLToPath(new URL('restart-child.js', import.meta.url));

/** Measures how long a store of some size takes to open, and what a session costs in memory. */
export async function measureRestart(quick: boolean): Promise<readonly Restart[]> {
  const restarts: Restart[] = [];
  for (const count of quick ? [100_000] : [100_000, 1_000_000]) {
    const restart = await restartWith(count);
    restarts.push(restart);
    const { millis, cpuMillis, bytesPerSession } = restart;
    const size = `${count} sessions and log rows`;
    const time = `${millis.toFixed(0)} ms (${cpuMillis.toFixed(0)} ms CPU)`;
    console.log(`restart with ${size}: ${time}, ${bytesPerSession} B a session`);
  }
  return restarts;
}

async function restartWith(count: number): Promise<Restart> {
  const root = mkdtempSync(join(tmpdir(), 'creance-restart-'));
  try {
    const folder = join(root, 'data');
    await (await openBenchStore(folder)).close();
    fill(join(folder, 'creance.db'), count);
    const run = spawnSync(process.execPath, ['--expose-gc', child, folder], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`the start failed: ${run.stderr}`);
    const figures = JSON.parse(run.stdout) as RestartFigures;
    if (figures.sessions !== count) throw new Error(`${figures.sessions} sessions came back`);
    return { ...figures, bytesPerSession: Math.round(figures.heapBytes / count) };
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Writes live sessions and an older log straight into the tables: by commands it would take an hour. */
function fill(file: string, count: number): void {
  const db = openBenchDatabase(file);
  const session = db.prepare(`INSERT INTO sessions (id, kind, name, member, owner, key,
    evidence_issuer, evidence_key, own_evidence, txn, opened_at, opened_revision, absolute_end_at,
    active_at) VALUES (?, 'workload', ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)`);
  const row = db.prepare(`INSERT INTO log (revision, kind, handle, absolute, ends_below)
    VALUES (?, 'handle', ?, ?, ?)`);
  const now = nowMicros();
  const first = now - 86_400_000_000;
  db.transaction(() => {
    for (let at = 0; at < count; at += 1) {
      const below = at % rowsPerHandleCut === 0 ? 1 : 0;
      row.run(first + at, nameBytes(`ended ${at}`), 1 - below, below);
    }
  })();
  db.transaction(() => {
    for (let at = 0; at < count; at += 1) {
      const name = `workload-${Math.floor(at / sessionsPerMember)}`;
      const owner = nameBytes('owner');
      const evidence = [nameBytes(`issuer ${name}`), nameBytes(`evidence ${name}`)];
      const times = [now, first + count, now + 28_800_000_000, now];
      const [id, key] = [nameBytes(`session ${at}`), nameBytes(`key ${at}`, 32)];
      session.run(id, name, nameBytes(name), owner, key, ...evidence, `txn-${at}`, ...times);
    }
  })();
  db.close();
}
