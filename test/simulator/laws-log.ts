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
    const isThere = ledger.rows.some((row) => row.revision === revision);
    if (!isThere || revision > last)
      laws.fail('law 3', `${what} was acknowledged and is not there`);
  }
  const { broker } = world;
  if (broker.isReady && broker.store.head() < last) laws.fail('law 3', 'the head went back');
}

/** The whole log as it is durable, against every row that was ever seen. */
export function checkLogWhole({ disk, ledger, laws }: Scene): void {
  const rows = disk.rows<Row>('SELECT * FROM log WHERE revision > ? ORDER BY revision', 0);
  for (const [at, { seenMillis: _, ...known }] of ledger.rows.entries()) {
    if (JSON.stringify(rows[at]) !== JSON.stringify(known))
      laws.fail('law 3', `the row of ${known.revision} was changed or lost`);
  }
}
