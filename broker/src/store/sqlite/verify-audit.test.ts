import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64url } from '@creance/proto';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../doubles/fake-clock.js';
import type { Store } from '../store.js';
import { checkpointBytes } from './audit-chain.js';
import type { AuditVerdict, AuditVerifyOptions } from './audit-verdict.js';
import { rehash, tamper } from './doubles/tampering.js';
import { openSqliteStore } from './open.js';
import { verifyAudit } from './verify-audit.js';

const records = 120;
const checkpointRecords = 25;
const issuer = 'https://creance.test';
const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [genuine, thief] = [pair(), pair()];
const signBy = (key: typeof genuine) => (bytes: Uint8Array) =>
  sign('sha256', bytes, { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
const publicKeys = (keyId: string) => (keyId === 'audit-1' ? genuine.publicKey : undefined);

const root = mkdtempSync(join(tmpdir(), 'creance-audit-'));
const directory = join(root, 'data');
const clock = new FakeClock();
let whole: AuditVerdict;

function openStore(folder: string): Store {
  const opened = openSqliteStore({
    directory: folder,
    identity: { issuer, dev: false },
    clock,
    limits: { checkpointRecords },
    checkpointSigner: { keyId: 'audit-1', sign: signBy(genuine) },
  });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

async function append(store: Store, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const facts = { token: `token ${at}`, scopes: ['contacts:read'] };
    await store.appendAudit({ kind: 'token_issued', at: clock.now(), actor: 'test', facts });
  }
}

/** What becomes of a copy that somebody with the file has changed. */
function verdictAfter(
  change: (db: Database.Database) => void,
  options: AuditVerifyOptions = { publicKeys },
): AuditVerdict {
  const copy = join(root, 'changed.db');
  tamper(join(directory, 'creance.db'), copy, change);
  return verifyAudit(copy, options);
}

beforeAll(async () => {
  const store = openStore(directory);
  await append(store, records);
  await store.close();
  whole = verifyAudit(directory, { publicKeys });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const sequence = fc.integer({ min: 1, max: records });
/** Quick, or so many that a thousand mutations of each kind are made. */
const long = process.env['CREANCE_LONG'];
const many = { numRuns: long === '1' ? 1_000 : 100, seed: 20_261_124 };
const testMillis = long === '1' ? 600_000 : 30_000;

describe('F-56 verifyAudit', { timeout: testMillis }, () => {
  it('finds an untouched audit whole, by folder and by file', () => {
    expect(whole).toMatchObject({ records, fault: undefined, checkpoints: 5 });
    expect(verifyAudit(join(directory, 'creance.db'), { publicKeys })).toEqual(whole);
    expect(verdictAfter(() => {})).toEqual(whole);
    const expected = whole.last as NonNullable<AuditVerdict['last']>;
    expect(verifyAudit(directory, { publicKeys, expected })).toEqual(whole);
  });

  // breaks when: chainHash leaves out the text, or checkRecord its comparison
  it('finds any edited character of any record', () => {
    fc.assert(
      fc.property(sequence, fc.nat(), (at, place) => {
        const verdict = verdictAfter((db) => {
          const text = db.prepare('SELECT record FROM audit WHERE sequence = ?').pluck().get(at);
          const old = String(text);
          const where = place % old.length;
          const other = old.charAt(where) === '7' ? '8' : '7';
          const edited = old.slice(0, where) + other + old.slice(where + 1);
          db.prepare('UPDATE audit SET record = ? WHERE sequence = ?').run(edited, at);
        });
        expect(['edited', 'reordered']).toContain(verdict.fault?.code);
        expect(verdict.fault?.sequence).toBe(at);
        expect(verdict.records).toBe(at - 1);
      }),
      many,
    );
  });

  it('finds any edited hash', () => {
    fc.assert(
      fc.property(sequence, fc.nat({ max: 31 }), (at, place) => {
        const verdict = verdictAfter((db) => {
          const get = db.prepare('SELECT hash FROM audit WHERE sequence = ?').pluck();
          const hash = Buffer.from(get.get(at) as Buffer);
          hash[place] = (hash[place] ?? 0) ^ 1;
          db.prepare('UPDATE audit SET hash = ? WHERE sequence = ?').run(hash, at);
        });
        expect(verdict.fault).toEqual({ code: 'edited', sequence: at });
      }),
      many,
    );
  });

  // breaks when: checkRecord takes any sequence above the last
  it('finds any dropped record, also when those after it move up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: records - 1 }), fc.boolean(), (at, movesUp) => {
        const verdict = verdictAfter((db) => {
          db.prepare('DELETE FROM audit WHERE sequence = ?').run(at);
          const move = db.prepare('UPDATE audit SET sequence = sequence - 1 WHERE sequence = ?');
          for (let next = at + 1; movesUp && next <= records; next += 1) move.run(next);
        });
        const code = movesUp ? 'reordered' : 'gap';
        expect(verdict.fault).toEqual({ code, sequence: at });
      }),
      many,
    );
  });

  it('finds any two records that changed places', () => {
    fc.assert(
      fc.property(sequence, sequence, (one, other) => {
        fc.pre(one !== other);
        const verdict = verdictAfter((db) => {
          const move = db.prepare('UPDATE audit SET sequence = ? WHERE sequence = ?');
          move.run(9_999, one);
          move.run(one, other);
          move.run(other, 9_999);
        });
        expect(verdict.fault).toEqual({ code: 'reordered', sequence: Math.min(one, other) });
      }),
      many,
    );
  });

  // breaks when: tailFault looks at checkpoints only, or at what was expected only
  it('finds a cut tail by a checkpoint, and without one by what was expected', () => {
    const expected = whole.last as NonNullable<AuditVerdict['last']>;
    fc.assert(
      fc.property(sequence, fc.boolean(), (from, keepsCheckpoints) => {
        const cut = (db: Database.Database) => {
          db.prepare('DELETE FROM audit WHERE sequence >= ?').run(from);
          if (keepsCheckpoints) return;
          db.prepare('DELETE FROM audit_checkpoints WHERE sequence >= ?').run(from);
        };
        const fault = { code: 'tail_cut', sequence: from };
        expect(verdictAfter(cut, { publicKeys, expected }).fault).toEqual(fault);
        expect(verdictAfter(cut).fault).toEqual(keepsCheckpoints ? fault : undefined);
      }),
      many,
    );
  });

  // breaks when: faultAt does not compare hashes, or believes an unsigned checkpoint
  it('finds a chain that was hashed anew by the next checkpoint, whoever signs it again', () => {
    fc.assert(
      fc.property(sequence, fc.constantFrom('keep', 'unsigned', 'forge', 'rename'), (at, how) => {
        const next = Math.min(Math.ceil(at / checkpointRecords) * checkpointRecords, records);
        const verdict = verdictAfter((db) => {
          const edited = `{"sequence":${at},"kind":"token_issued"}`;
          db.prepare('UPDATE audit SET record = ? WHERE sequence = ?').run(edited, at);
          rehash(db, at);
          if (how === 'keep') return;
          const hash = db.prepare('SELECT hash FROM audit WHERE sequence = ?').pluck().get(next);
          const forged = signBy(thief)(checkpointBytes(issuer, next, hash as Buffer));
          const keyId = how === 'rename' ? 'audit-2' : 'audit-1';
          db.prepare('UPDATE audit_checkpoints SET hash = ?, key_id = ? WHERE sequence = ?').run(
            hash,
            keyId,
            next,
          );
          if (how === 'unsigned') return;
          db.prepare('UPDATE audit_checkpoints SET signature = ? WHERE sequence = ?').run(
            forged,
            next,
          );
        });
        const code = how === 'keep' ? 'checkpoint_mismatch' : 'checkpoint_signature_invalid';
        expect(verdict.fault).toEqual({ code, sequence: next });
      }),
      many,
    );
  });

  // breaks when: marksOf leaves out what was seen, or takes the first of several alone
  it('finds both by any of the heads that verifiers have seen', () => {
    const last = whole.last as NonNullable<AuditVerdict['last']>;
    const other = { ...last, hash: 'A'.repeat(43) };
    const seen = [{ ...last }, { ...last }];
    expect(verifyAudit(directory, { publicKeys, seen })).toEqual(whole);
    const further = { sequence: last.sequence + 1, hash: last.hash };
    for (const [mark, fault] of [
      [further, { code: 'tail_cut', sequence: last.sequence + 1 }],
      [other, { code: 'not_as_expected', sequence: last.sequence }],
    ] as const) {
      const verdict = verifyAudit(directory, { publicKeys, seen: [last, mark], expected: last });
      expect(verdict.fault).toEqual(fault);
    }
  });

  it('finds a chain that was hashed anew without checkpoints by what was expected', () => {
    const expected = whole.last as NonNullable<AuditVerdict['last']>;
    const anew = (db: Database.Database) => {
      db.exec('DELETE FROM audit_checkpoints');
      db.exec(`UPDATE audit SET record = '{"sequence":60}' WHERE sequence = 60`);
      rehash(db, 60);
    };
    const fault = { code: 'not_as_expected', sequence: records };
    expect(verdictAfter(anew, { publicKeys, expected }).fault).toEqual(fault);
  });

  it('believes no checkpoint of another issuer', () => {
    const verdict = verdictAfter((db) => db.exec("UPDATE identity SET issuer = 'https://b.test'"));
    const fault = { code: 'checkpoint_signature_invalid', sequence: checkpointRecords };
    expect(verdict.fault).toEqual(fault);
  });

  it('believes no signature by a key of another kind', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const verdict = verifyAudit(directory, { publicKeys: () => publicKey });
    expect(verdict.fault?.code).toBe('checkpoint_signature_invalid');
  });

  it('reads beside a running store, and does not mistake what is written meanwhile for a fault', async () => {
    const folder = join(root, 'running');
    const store = openStore(folder);
    for (let round = 0; round < 5; round += 1) {
      await append(store, 30);
      const { fault, last } = verifyAudit(folder, { publicKeys });
      expect([fault, last?.sequence]).toEqual([undefined, 30 * (round + 1)]);
    }
    await store.close();
  });

  it('says that it cannot read what is not there, or is no database', () => {
    const unreadable = { code: 'unreadable', sequence: 1 };
    expect(verifyAudit(join(root, 'nowhere')).fault).toEqual(unreadable);
    expect(verifyAudit(root).fault).toEqual(unreadable);
  });

  it('gives a head that can be noted elsewhere: the hash of the last record', () => {
    const db = new Database(join(directory, 'creance.db'), { readonly: true });
    const hash = db.prepare('SELECT hash FROM audit WHERE sequence = ?').pluck().get(records);
    db.close();
    expect(whole.last).toEqual({ sequence: records, hash: encodeBase64url(hash as Buffer) });
  });
});
