import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../doubles/fake-clock.js';
import { tamper } from './doubles/tampering.js';
import { openSqliteStore } from './open.js';
import { verifyAudit } from './verify-audit.js';

const records = 120;
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKeys = () => key.publicKey;
const root = mkdtempSync(join(tmpdir(), 'creance-graft-'));
const long = process.env['CREANCE_LONG'];
const isLong = long === '1';
const many = { numRuns: isLong ? 1_000 : 100, seed: 20_261_125 };
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A closed store of the same issuer, under the same key, that has written the same at another time. */
async function written(name: string, seconds: number): Promise<string> {
  const directory = join(root, name);
  const clock = new FakeClock();
  clock.advance(seconds);
  const opened = openSqliteStore({
    directory,
    identity: { issuer: 'https://creance.test', dev: false },
    clock,
    limits: { checkpointRecords: 25 },
    checkpointSigner: {
      keyId: 'audit-1',
      sign: (bytes) => sign('sha256', bytes, { key: key.privateKey, dsaEncoding: 'ieee-p1363' }),
    },
  });
  if (!opened.ok) throw new Error(opened.error.message);
  const { value: store } = opened;
  for (let at = 0; at < records; at += 1) {
    const facts = { token: `token ${at}` };
    await store.appendAudit({ kind: 'token_issued', at: clock.now(), actor: 'test', facts });
  }
  await store.close();
  return join(directory, 'creance.db');
}

describe('F-56 a tail of another store', () => {
  // breaks when: checkRecord takes the hash that a row brings for the one that its text has after the last
  it(
    'is found where it begins, with its checkpoints and without; the whole of it by a head that was noted',
    async () => {
      const [own, other] = [await written('own', 0), await written('other', 1_000)];
      const expected = verifyAudit(own, { publicKeys }).last as { sequence: number; hash: string };
      const copy = join(root, 'changed.db');
      const graft = (from: number, withCheckpoints: boolean) => (db: Database.Database) => {
        db.exec(`ATTACH '${other}' AS other`);
        for (const table of withCheckpoints ? ['audit', 'audit_checkpoints'] : ['audit']) {
          db.prepare(`DELETE FROM main.${table} WHERE sequence >= ?`).run(from);
          const take = `INSERT INTO main.${table} SELECT * FROM other.${table} WHERE sequence >= ?`;
          db.prepare(take).run(from);
        }
        db.exec('DETACH other');
      };
      fc.assert(
        fc.property(fc.integer({ min: 2, max: records }), fc.boolean(), (from, withCheckpoints) => {
          tamper(own, copy, graft(from, withCheckpoints));
          const { fault } = verifyAudit(copy, { publicKeys });
          // A first record of other content, or one that follows another: found by which it is.
          expect(['edited', 'reordered']).toContain(fault?.code);
          expect(fault?.sequence).toBe(from);
        }),
        many,
      );
      tamper(own, copy, graft(1, true));
      expect(verifyAudit(copy, { publicKeys }).fault).toBeUndefined();
      const { fault } = verifyAudit(copy, { publicKeys, expected });
      expect(fault).toEqual({ code: 'not_as_expected', sequence: records });
    },
    isLong ? 600_000 : 30_000,
  );
});
