import { hash } from 'node:crypto';
import type { Revision, SessionId, Thumbprint } from '@creance/proto';
import type { AuditEvent } from '../../domain/audit.js';
import type { Instant } from '../../domain/instant.js';
import type { CutTarget } from '../cut-asks.js';
import type { LogRow } from '../log-row.js';

/** What a journalled cut ends. */
export type JournalledTarget =
  | { readonly kind: 'session'; readonly id: SessionId }
  | { readonly kind: 'before' }
  | { readonly kind: 'token-keys'; readonly keyIds: readonly Thumbprint[] }
  | CutTarget;

/** A cut that the store could not take, as the journal holds it until the store can. */
export interface JournalledCut {
  /** Revision of the row of the log before its first one, as far as its maker knew. */
  readonly base: Revision;
  /** Its rows of the log, as verifiers were told them; at least one. */
  readonly rows: readonly LogRow[];
  readonly target: JournalledTarget;
  readonly journalledAt: Instant;
  /** Who and why. Its time and what it came to are known once it is merged. */
  readonly audit: AuditEvent;
}

/** Bytes of one record: a page of most disks, so that it is written whole or recognised as torn. */
export const recordBytes = 4_096;

const checkBytes = 32;
const lengthBytes = 4;
const textBytesMax = recordBytes - checkBytes - lengthBytes;

/** The bytes of a record, padded; undefined when it does not fit. */
export function encodeCut(cut: JournalledCut): Buffer | undefined {
  const text = Buffer.from(JSON.stringify(cut), 'utf8');
  if (text.length > textBytesMax) return undefined;
  const record = Buffer.alloc(recordBytes);
  record.writeUInt32BE(text.length, checkBytes);
  text.copy(record, checkBytes + lengthBytes);
  checkOf(text).copy(record);
  return record;
}

/** The cut of a record; undefined when it is empty or torn: nobody was told that such a one stands. */
export function decodeCut(record: Buffer): JournalledCut | undefined {
  const length = record.readUInt32BE(checkBytes);
  if (length === 0 || length > textBytesMax) return undefined;
  const text = record.subarray(checkBytes + lengthBytes, checkBytes + lengthBytes + length);
  if (!checkOf(text).equals(record.subarray(0, checkBytes))) return undefined;
  return JSON.parse(text.toString('utf8')) as JournalledCut;
}

/** Revision of the last row of a cut. */
export function lastRevision({ rows }: Pick<JournalledCut, 'rows'>): Revision {
  return (rows.at(-1) as LogRow).revision;
}

function checkOf(text: Buffer): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from('creance-cut-journal-v1\0'), text]), 'buffer');
}
