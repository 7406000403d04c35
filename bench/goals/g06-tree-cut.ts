import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Figure, partOf, quantity, ratio } from '../figure.js';
import type { Plan } from '../plan.js';
import { event, goodOf, plant } from '../plant.js';
import { scratchFolder } from '../stage.js';
import {
  type BenchDatabase,
  type BenchStore,
  nameBytes,
  nowMicros,
  openBenchDatabase,
  openBenchStore,
} from '../tree-store.js';

/** Milliseconds of one thing. */
async function millisOf(run: () => unknown): Promise<number> {
  const before = performance.now();
  await run();
  return performance.now() - before;
}

/** Milliseconds for the disk to write down what was planted, before anything is measured. */
const restMillis = 2_000;

/** Durable rows for each cut: they are what it is compared with. */
const rowsPerCut = 15;

/**
 * Cuts the roots of some fresh trees, some single rows in turn with each; checks that every session of each
 * tree is over.
 */
async function cutTrees(
  store: BenchStore,
  rows: BenchDatabase,
  size: number,
  trees: number,
): Promise<{ readonly cuts: number[]; readonly rowCommits: number[] }> {
  const roots: string[] = [];
  for (let nth = 0; nth < trees; nth += 1) {
    roots.push(await plant(store, `tree ${size} ${nth}`, size));
  }
  await setTimeout(restMillis);
  const [cuts, commits]: [number[], number[]] = [[], []];
  for (const session of roots) {
    commits.push(...(await rowCommits(rows, rowsPerCut)));
    let ended = 0;
    const audit = event('session_cut');
    cuts.push(
      await millisOf(async () => {
        ended = goodOf(await store.cutSession({ session, now: nowMicros(), audit })).sessionsEnded;
      }),
    );
    if (ended !== size) throw new Error(`the cut ended ${ended} sessions of ${size}`);
  }
  const tree = store.tree(roots[0] as string, size);
  if (tree.some(({ end }) => end !== 'revoked')) throw new Error('a session has outlived its root');
  return { cuts, rowCommits: commits };
}

/** One durable row on the same disk: the least that any cut can cost. */
async function rowCommits(db: BenchDatabase, count: number): Promise<number[]> {
  db.exec('CREATE TABLE IF NOT EXISTS rows (revision INTEGER PRIMARY KEY, handle TEXT)');
  const insert = db.prepare('INSERT INTO rows (handle) VALUES (?)');
  const times: number[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    times.push(await millisOf(() => insert.run(nameBytes(`row ${nth}`))));
  }
  return times;
}

/** What a cut would cost that marks every session of a tree: one transaction over a copy of the store. */
async function markEveryRow(file: string, size: number, rounds: number): Promise<number[]> {
  const db = openBenchDatabase(file);
  const mark = db.prepare('UPDATE sessions SET ending = ?, end_revision = ? WHERE txn = ?');
  const times: number[] = [];
  for (let nth = 0; nth < rounds; nth += 1) {
    const name = `tree ${size} ${nth}`;
    const all = db.transaction(() => void mark.run('revoked', nowMicros(), name));
    times.push(await millisOf(all));
  }
  db.close();
  return times;
}

/** Cuts of trees of one size, and what marking every session would take. */
async function measureSize(plan: Plan, size: number, trees: number) {
  const folder = scratchFolder();
  const [data, copy] = [join(folder, 'data'), join(folder, 'copy.db')];
  const store = await openBenchStore(data);
  await plant(store, 'warm-up', 100);
  const rows = openBenchDatabase(join(folder, 'rows.db'));
  await rowCommits(rows, rowsPerCut);
  const measured = await plan.slots.once(() => cutTrees(store, rows, size, trees));
  rows.close();
  await store.close();
  cpSync(join(data, 'creance.db'), copy);
  const marks = await markEveryRow(copy, size, trees);
  rmSync(folder, { recursive: true });
  return {
    cuts: partOf(`cut of a tree of ${size}`, 'ms', measured.cuts),
    row: partOf('one durable row', 'ms', measured.rowCommits),
    marks: partOf(`marking ${size} sessions`, 'ms', marks),
  };
}

/**
 * Until a cut of the root of a tree is durable, on the broker's store with raised bounds; beside marking every
 * session, and beside one durable row on the same disk. Several fresh trees of each size.
 */
export async function measureTreeCut(plan: Plan): Promise<Figure[]> {
  const large = plan.isQuick ? 10_000 : 100_000;
  const small = await measureSize(plan, 100, 7);
  const whole = await measureSize(plan, large, plan.isQuick ? 3 : 5);
  const note = `A tree of ${large.toLocaleString('en')}.`;
  return [
    ratio('G6', whole.marks, whole.cuts, { note }),
    ratio('G6.growth', whole.cuts, small.cuts, { note }),
    quantity('G6.millis', whole.cuts, { note, parts: [whole.cuts, whole.row] }),
  ];
}
