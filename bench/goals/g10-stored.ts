import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Figure, partOf, quantity } from '../figure.js';
import { inFlight } from '../harness.js';
import { Issuing } from '../issuing.js';
import type { Plan } from '../plan.js';
import { startBroker } from '../stage.js';
import { openBenchDatabase } from '../tree-store.js';

interface Size {
  readonly audit: number;
  readonly others: number;
}

/** Bytes of pages by who has them (the dbstat table of SQLite): the audit, and everything else. */
function sizeOf(data: string): Size {
  const db = openBenchDatabase(join(data, 'creance.db'));
  const sql = `SELECT m.tbl_name IN ('audit', 'audit_checkpoints') AS isAudit, sum(s.payload) AS bytes
    FROM dbstat s JOIN sqlite_master m ON m.name = s.name GROUP BY 1`;
  const rows = db.prepare(sql).all() as readonly {
    readonly isAudit: 0 | 1;
    readonly bytes: number;
  }[];
  db.close();
  const bytes = (isAudit: number) => rows.find((row) => row.isAudit === isAudit)?.bytes ?? 0;
  return { audit: bytes(1), others: bytes(0) };
}

/** What the watch has learned of a session is a row of the session, written once a second where it changed. */
const keptMillis = 2_500;

/** What the store has more of after so many tokens: rows of the audit, and nothing else. */
export async function measureStored({ calls, slots }: Plan): Promise<Figure[]> {
  const broker = await startBroker();
  const issuing = await Issuing.open(broker);
  const lanes = 16;
  await inFlight(100, lanes, (nth) => issuing.onStream(nth));
  await pause(keptMillis);
  const before = sizeOf(broker.data);
  const count = calls.operations;
  await slots.once(() => inFlight(count, lanes, (nth) => issuing.onStream(nth)));
  await pause(keptMillis);
  const after = sizeOf(broker.data);
  issuing.close();
  await broker.stop();
  const others = partOf('beyond the audit, a token', 'bytes', [
    (after.others - before.others) / count,
  ]);
  const audit = partOf('the audit row itself', 'bytes', [(after.audit - before.audit) / count]);
  return [quantity('G10.stored', others, { parts: [others, audit] })];
}
