import { ok, type Result, refuse } from '@creance/proto';
import { chainHash, noHash } from './audit-chain.js';
import type { AuditFault } from './audit-verdict.js';

/** A row of `audit`, as somebody may have left it. */
export interface StoredRecord {
  readonly sequence: number;
  readonly record: string;
  readonly hash: Uint8Array;
}

/** The last record that is as it was written. */
export interface ChainState {
  readonly sequence: number;
  readonly hash: Uint8Array;
}

/** Before the first record. */
export const startOfChain: ChainState = { sequence: 0, hash: noHash };

/** Checks that a record is the next one of a chain, and gives the chain with it. */
export function checkRecord(
  { sequence: last, hash: previous }: ChainState,
  { sequence, record, hash }: StoredRecord,
): Result<ChainState, AuditFault> {
  if (sequence !== last + 1) return refuse({ code: 'gap', sequence: last + 1 });
  const own = sequenceIn(record);
  if (own !== undefined && own !== sequence) return refuse({ code: 'reordered', sequence });
  const computed = chainHash(previous, record);
  if (own === undefined || !computed.equals(hash)) return refuse({ code: 'edited', sequence });
  return ok({ sequence, hash: computed });
}

function sequenceIn(record: string): number | undefined {
  try {
    const sequence = (JSON.parse(record) as { sequence?: unknown } | null)?.sequence;
    return typeof sequence === 'number' ? sequence : undefined;
  } catch {
    return undefined;
  }
}
