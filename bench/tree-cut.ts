import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { formatSpread, type Spread, spreadOf } from './harness.js';
import {
  type BenchDatabase,
  type BenchStore,
  nameBytes,
  nowMicros,
  openBenchDatabase,
  openBenchStore,
} from './tree-store.js';

/** Children of one session in the bench, as many as the broker allows. */
const fanout = 64;

/** Writes that are asked for at once while a tree is planted. */
const atOnce = 512;

/** Milliseconds of one thing. */
async function millisOf(run: () => unknown): Promise<number> {
  const before = performance.now();
  await run();
  return performance.now() - before;
}

function goodOf<T>(outcome: {
  readonly ok: boolean;
  readonly value: T;
  readonly error?: string;
}): T {
  if (!outcome.ok) throw new Error(`the store refused: ${outcome.error}`);
  return outcome.value;
}

const member = { kind: 'workload', name: 'bench' };
const hoursMicros = 8 * 3_600 * 1_000_000;
const event = (kind: string) => ({ kind, at: nowMicros(), actor: 'bench', facts: {} });

async function openRoot(store: BenchStore, name: string): Promise<string> {
  const now = nowMicros();
  const absoluteEndAt = now + hoursMicros;
  const hash = nameBytes(`join ${name}`, 32);
  const handle = nameBytes(`join ${name}`);
  const token = { hash, handle, member, expiresAt: absoluteEndAt, uses: 1, networks: [] };
  goodOf(await store.createJoinToken(token, event('join_token_created')));
  const handles = { member: nameBytes('member'), owner: nameBytes('owner') };
  const evidence = {
    kind: 'join-token',
    hash,
    key: nameBytes(`evidence ${name}`, 32),
    freshHandle: nameBytes(`evidence ${name}`),
    keyExpiresAt: absoluteEndAt,
  };
  const opened = await store.openSession({
    now,
    id: nameBytes(`root ${name}`),
    member,
    handles,
    key: nameBytes(`key ${name}`, 32),
    transaction: name,
    absoluteEndAt,
    principal: undefined,
    upstream: undefined,
    task: undefined,
    child: undefined,
    evidence,
    audit: event('session_opened'),
  });
  return goodOf(opened).session.id;
}

/** Plants a tree of so many live sessions, level by level, by the store's own step. */
async function plant(store: BenchStore, name: string, size: number): Promise<string> {
  const ids = [await openRoot(store, name)];
  while (ids.length < size) {
    const first = ids.length;
    const count = Math.min(atOnce, size - first, (ids.length - 1) * fanout + fanout - (first - 1));
    const asks = Array.from({ length: count }, (_, at) => {
      const nth = first + at;
      return store.delegateSession({
        session: ids[Math.floor((nth - 1) / fanout)],
        id: nameBytes(`session ${name} ${nth}`),
        key: nameBytes(`key ${name} ${nth}`, 32),
        now: nowMicros(),
        absoluteEndAt: nowMicros() + hoursMicros,
        task: undefined,
        depthMax: 8,
        audit: event('session_delegated'),
      });
    });
    ids.push(...(await Promise.all(asks)).map((outcome) => goodOf(outcome).id));
  }
  return ids[0] as string;
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

function line(name: string, spread: Spread, base: Spread): string {
  const ratio = (spread.median / base.median).toFixed(1);
  return `  ${name.padEnd(34)} ${formatSpread(spread, 2).padEnd(26)} × ${ratio}`;
}

/**
 * Milliseconds until a cut of the root of a tree is durable, on the broker's store with raised bounds, beside
 * one durable row on the same disk and beside marking every session. Several fresh trees of each size.
 */
export async function measureTreeCut(quick: boolean): Promise<void> {
  const sizes = quick ? [100, 10_000] : [100, 10_000, 100_000];
  console.log('\nMilliseconds until a cut of a whole tree is durable (p50 [least–most])');
  for (const size of sizes) {
    const folder = mkdtempSync(join(tmpdir(), 'creance-bench-tree-'));
    const [data, copy] = [join(folder, 'data'), join(folder, 'copy.db')];
    const trees = size > 10_000 ? 3 : 7;
    const store = await openBenchStore(data);
    await plant(store, 'warm-up', 100);
    const rows = openBenchDatabase(join(folder, 'rows.db'));
    await rowCommits(rows, rowsPerCut);
    const measured = await cutTrees(store, rows, size, trees);
    const base = spreadOf(measured.rowCommits);
    rows.close();
    await store.close();
    cpSync(join(data, 'creance.db'), copy);
    const marks = spreadOf(await markEveryRow(copy, size, trees));
    console.log(line('one durable row', base, base));
    console.log(line(`cut of a tree of ${size}, ${trees} trees`, spreadOf(measured.cuts), base));
    console.log(line(`marking ${size} sessions`, marks, base));
    rmSync(folder, { recursive: true });
  }
}
