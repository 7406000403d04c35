import { generateKeyPairSync, sign, verify } from 'node:crypto';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../doubles/fake-clock.js';
import { assembleStore } from './assemble.js';
import { checkpointBytes } from './audit-chain.js';
import type { CheckpointSigner } from './checkpoints.js';
import { applyMigrations } from './migrate.js';
import { migrations } from './migrations/index.js';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const dsaEncoding = 'ieee-p1363';
const audit: CheckpointSigner = {
  keyId: 'audit-1',
  sign: (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding }),
};
const issuer = 'https://creance.test';

interface CheckpointRow {
  readonly sequence: number;
  readonly hash: Buffer;
  readonly at: number;
  readonly key_id: string;
  readonly signature: Buffer;
}

/** A store in memory, and what its database says. */
function stage(checkpointSigner: CheckpointSigner | undefined = audit) {
  const db = new Database(':memory:');
  const clock = new FakeClock();
  applyMigrations(db, migrations, clock.now());
  const failures: Error[] = [];
  const identity = { issuer, dev: false };
  const limits = { checkpointRecords: 10, checkpointSeconds: 60 };
  const onFailed = (fault: Error) => failures.push(fault);
  const store = assembleStore(
    db,
    { identity, clock, limits, checkpointSigner, onFailed },
    () => {},
  );
  const append = async (count: number) => {
    const event = { kind: 'token_issued', at: clock.now(), actor: 'test', facts: {} } as const;
    for (let at = 0; at < count; at += 1) await store.appendAudit(event);
  };
  const rows = () =>
    db.prepare('SELECT * FROM audit_checkpoints ORDER BY sequence').all() as CheckpointRow[];
  return { db, clock, store, failures, append, rows };
}

const sequences = (rows: readonly CheckpointRow[]) => rows.map(({ sequence }) => sequence);

describe('checkpoints of the audit', () => {
  it('are written every checkpointRecords records, signed over issuer, sequence and hash', async () => {
    const { append, rows, db, clock } = stage();
    await append(9);
    expect(rows()).toEqual([]);
    await append(12);
    expect(sequences(rows())).toEqual([10, 20]);
    const hashes = db.prepare('SELECT hash FROM audit WHERE sequence IN (10, 20)').pluck().all();
    for (const [at, row] of rows().entries()) {
      expect(row).toMatchObject({ hash: hashes[at], at: clock.now(), key_id: 'audit-1' });
      const bytes = checkpointBytes(issuer, row.sequence, row.hash);
      expect(verify('sha256', bytes, { key: publicKey, dsaEncoding }, row.signature)).toBe(true);
    }
  });

  it('are written after checkpointSeconds when there is a new record, whatever the wall clock does', async () => {
    const { append, rows, clock } = stage();
    await append(1);
    clock.stepWall(-3_600);
    clock.advance(59);
    await append(1);
    expect(rows()).toEqual([]);
    clock.advance(1);
    await append(1);
    expect(sequences(rows())).toEqual([3]);
    clock.advance(59);
    await append(1);
    expect(sequences(rows())).toEqual([3]);
  });

  it('are not written without a signer', async () => {
    const db = new Database(':memory:');
    const clock = new FakeClock();
    applyMigrations(db, migrations, clock.now());
    const limits = { checkpointRecords: 1 };
    const store = assembleStore(db, { identity: { issuer, dev: false }, clock, limits }, () => {});
    await store.appendAudit({ kind: 'token_issued', at: clock.now(), actor: 'test', facts: {} });
    expect(db.prepare('SELECT count(*) FROM audit_checkpoints').pluck().get()).toBe(0);
    await store.close();
  });

  // breaks when: a fault of the signer is swallowed
  it('fail the store when they cannot be signed: what is written is durable, nothing more is', async () => {
    const { store, append, failures, clock } = stage({
      keyId: 'audit-1',
      sign: () => {
        throw new Error('the key is gone');
      },
    });
    await append(9);
    expect(failures).toEqual([]);
    const event = { kind: 'token_issued', at: clock.now(), actor: 'test', facts: {} } as const;
    expect((await store.appendAudit(event)).ok).toBe(true);
    expect(failures.map(({ message }) => message)).toEqual(['the key is gone']);
    expect(await store.appendAudit(event)).toEqual({ ok: false, error: 'store_failed' });
  });
});
