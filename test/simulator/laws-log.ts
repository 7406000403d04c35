import type { Row } from './ledger.js';
import type { Scene } from './scene.js';

/** Law 3 over what the log has grown by; each row is looked at once. */
const looked = new WeakMap<Scene, number>();

/** Revisions only grow, and whatever somebody was told of is there. */
export function checkLog(world: Scene): void {
  const { ledger, laws } = world;
  const from = looked.get(world) ?? 0;
  for (let at = Math.max(1, from); at < ledger.rows.length; at += 1) {
    const [before, row] = [ledger.rows[at - 1], ledger.rows[at]] as [Row, Row];
    if (row.revision <= before.revision) laws.fail('law 3', 'revisions go back');
  }
  looked.set(world, ledger.rows.length);
  const last = ledger.rows.at(-1)?.revision ?? 0;
  for (const { revision, what } of laws.acknowledged.splice(0)) {
    const isThere = [...ledger.rows, ...ledger.journalled].some((row) => row.revision === revision);
    if (!isThere) laws.fail('law 3', `${what} was acknowledged and is not there`);
  }
  checkJournalled(world);
  const { broker } = world;
  if (broker.isReady && !broker.hasFailed && broker.store.head() < last)
    laws.fail('law 3', 'the head went back');
}

/** The whole log as it is durable, against every row that was ever seen. */
export function checkLogWhole({ disk, ledger, laws }: Scene): void {
  const rows = disk.rows<Row>('SELECT * FROM log WHERE revision > ? ORDER BY revision', 0);
  for (const [at, { seenMillis: _, ...known }] of ledger.rows.entries()) {
    if (JSON.stringify(rows[at]) !== JSON.stringify(known))
      laws.fail('law 3', `the row of ${known.revision} was changed or lost`);
  }
}

/** By scene, how many of the journalled cuts the log is known to hold. */
const merged = new WeakMap<Scene, number>();

/** Law 4: whatever the journal has taken is in the log once nothing waits for the store any more. */
function checkJournalled(world: Scene): void {
  const { broker, ledger, laws } = world;
  if (!broker.isReady || broker.store.load().cutsPending > 0) return;
  const known = merged.get(world) ?? 0;
  for (const cut of ledger.journalled.slice(known)) {
    if (!ledger.rows.some((row) => isSameCut(row, cut)))
      laws.fail('law 4', `the cut of ${cut.revision} was acknowledged and is lost`);
  }
  merged.set(world, ledger.journalled.length);
}

/** Above its first revision it may lie, never below. */
function isSameCut(row: Row, cut: Row): boolean {
  const same = ['kind', 'handle', 'absolute', 'before', 'key_id'] as const;
  return row.revision >= cut.revision && same.every((column) => row[column] === cut[column]);
}
