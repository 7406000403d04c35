import { statSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBase64url } from '@creance/proto';
import Database from 'better-sqlite3';
import { type ChainState, checkRecord, type StoredRecord, startOfChain } from './audit-record.js';
import type { AuditFault, AuditMark, AuditVerdict, AuditVerifyOptions } from './audit-verdict.js';
import { CheckpointReader } from './checkpoint-reader.js';
import { readIdentity } from './identity.js';
import { codeOf, databaseName } from './place.js';

const select = 'SELECT sequence, record, hash FROM audit ORDER BY sequence';

/**
 * Verifies the audit of a store, by its folder or database file, from the first record to the last, also
 * beside a running broker: opens for reading only and holds one record at a time.
 */
export function verifyAudit(path: string, options: AuditVerifyOptions = {}): AuditVerdict {
  let db: Database.Database | undefined;
  let chain = startOfChain;
  let checkpoints = 0;
  try {
    db = new Database(fileOf(path), { readonly: true, fileMustExist: true });
    const reader = new CheckpointReader(db, readIdentity(db)?.issuer ?? '', options.publicKeys);
    const marks = marksOf(options);
    const say = (fault?: AuditFault) => verdictOf(chain, checkpoints, fault);
    // One statement, one snapshot, for the checkpoints that are read meanwhile too: what a running
    // broker writes now speaks of records that are not read here.
    for (const row of db.prepare<[], StoredRecord>(select).iterate()) {
      const checked = checkRecord(chain, row);
      if (!checked.ok) return say(checked.error);
      const fault = expectedFault(checked.value, marks) ?? reader.faultAt(checked.value);
      if (fault !== undefined) return say(fault);
      chain = checked.value;
      checkpoints = reader.checked;
    }
    return say(tailFault(chain, reader, marks));
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return verdictOf(chain, checkpoints, { code: 'unreadable', sequence: chain.sequence + 1 });
  } finally {
    db?.close();
  }
}

function fileOf(path: string): string {
  return statSync(path).isDirectory() ? join(path, databaseName) : path;
}

/** The system's and the driver's faults on the file; all others are ours. */
function isUnreadable(error: unknown): boolean {
  return error instanceof Database.SqliteError || codeOf(error) !== 'unknown';
}

function verdictOf({ sequence, hash }: ChainState, checkpoints: number, fault?: AuditFault) {
  const last = sequence === 0 ? undefined : { sequence, hash: encodeBase64url(hash) };
  return { records: sequence, checkpoints, last, fault };
}

/** Every record that somebody else has seen. */
function marksOf({ expected, seen = [] }: AuditVerifyOptions): readonly AuditMark[] {
  return expected === undefined ? seen : [...seen, expected];
}

function expectedFault(at: ChainState, marks: readonly AuditMark[]): AuditFault | undefined {
  const isOther = marks.some(
    ({ sequence, hash }) => at.sequence === sequence && encodeBase64url(at.hash) !== hash,
  );
  return isOther ? { code: 'not_as_expected', sequence: at.sequence } : undefined;
}

function tailFault(
  { sequence }: ChainState,
  reader: CheckpointReader,
  marks: readonly AuditMark[],
): AuditFault | undefined {
  const isCut = marks.some((mark) => mark.sequence > sequence) || reader.reachesBeyond(sequence);
  return isCut ? { code: 'tail_cut', sequence: sequence + 1 } : undefined;
}
