import type { Handle, Revision, Thumbprint } from '@creance/proto';
import type { LogRow } from '../store.js';

/** A row of the log as its table holds it. */
export interface LogRowColumns {
  readonly revision: number;
  readonly kind: string;
  readonly handle: string | null;
  readonly absolute: number | null;
  readonly before: number | null;
  readonly key_id: string | null;
  readonly x: string | null;
  readonly y: string | null;
  readonly retire_at: number | null;
  /** Whether it ends what was opened below its handle before it. Verifiers need not know. */
  readonly ends_below: number;
}

const blank = {
  handle: null,
  absolute: null,
  before: null,
  key_id: null,
  x: null,
  y: null,
  retire_at: null,
  ends_below: 0,
} as const;

/** The columns of a row. */
export function logColumns({ revision, entry }: LogRow): LogRowColumns {
  const { kind } = entry;
  switch (entry.kind) {
    case 'handle':
      return { ...blank, revision, kind, handle: entry.handle, absolute: entry.absolute ? 1 : 0 };
    case 'before':
      return { ...blank, revision, kind, before: entry.before };
    case 'token-key': {
      const { keyId, x, y, retireAt } = entry.key;
      return { ...blank, revision, kind, key_id: keyId, x, y, retire_at: retireAt };
    }
    case 'key-cut':
      return { ...blank, revision, kind, key_id: entry.keyId };
  }
}

/** The row of some columns. Their shape is held by the table's checks. */
export function logRowOf(columns: LogRowColumns): LogRow {
  return { revision: columns.revision as Revision, entry: entryOf(columns) };
}

function entryOf({ kind, ...row }: LogRowColumns): LogRow['entry'] {
  const keyId = row.key_id as Thumbprint;
  switch (kind) {
    case 'handle':
      return { kind, handle: row.handle as Handle, absolute: row.absolute === 1 };
    case 'before':
      return { kind, before: row.before as Revision };
    case 'token-key': {
      const { x, y, retire_at } = row as { x: string; y: string; retire_at: number };
      return { kind, key: { keyId, x, y, retireAt: retire_at } };
    }
    case 'key-cut':
      return { kind, keyId };
    default:
      throw new Error(`the log holds a row of kind ${kind}`);
  }
}
