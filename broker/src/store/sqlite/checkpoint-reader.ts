import { type KeyObject, verify } from 'node:crypto';
import type Database from 'better-sqlite3';
import { checkpointBytes } from './audit-chain.js';
import type { ChainState } from './audit-record.js';
import type { AuditFault } from './audit-verdict.js';

interface Checkpoint {
  readonly sequence: number;
  readonly hash: Buffer;
  readonly key_id: string;
  readonly signature: Buffer;
}

const next = `SELECT sequence, hash, key_id, signature FROM audit_checkpoints
  WHERE sequence > ? ORDER BY sequence LIMIT 1`;

/** Reads the checkpoints of an audit one by one, beside its records. */
export class CheckpointReader {
  readonly #next: Database.Statement<[number], Checkpoint>;
  readonly #issuer: string;
  readonly #publicKeys: ((keyId: string) => KeyObject | undefined) | undefined;
  #ahead: Checkpoint | undefined;
  #checked = 0;

  constructor(
    db: Database.Database,
    issuer: string,
    publicKeys: ((keyId: string) => KeyObject | undefined) | undefined,
  ) {
    this.#next = db.prepare(next);
    this.#issuer = issuer;
    this.#publicKeys = publicKeys;
    this.#ahead = this.#next.get(0);
  }

  /** Checkpoints that were right so far. */
  get checked(): number {
    return this.#checked;
  }

  /** Compares a record with the checkpoint that speaks of it, if there is one. */
  faultAt({ sequence, hash }: ChainState): AuditFault | undefined {
    const checkpoint = this.#ahead;
    if (checkpoint?.sequence !== sequence) return undefined;
    if (!checkpoint.hash.equals(hash)) return { code: 'checkpoint_mismatch', sequence };
    if (!this.#isSigned(checkpoint)) return { code: 'checkpoint_signature_invalid', sequence };
    this.#checked += 1;
    this.#ahead = this.#next.get(sequence);
    return undefined;
  }

  /** Whether a checkpoint speaks of records after one. */
  reachesBeyond(sequence: number): boolean {
    return this.#ahead !== undefined && this.#ahead.sequence > sequence;
  }

  #isSigned({ sequence, hash, key_id, signature }: Checkpoint): boolean {
    if (this.#publicKeys === undefined) return true;
    const key = this.#publicKeys(key_id);
    // The algorithm belongs to the key and is one: ES256 (RFC 7518 §3.4).
    if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false;
    const bytes = checkpointBytes(this.#issuer, sequence, hash);
    return verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature);
  }
}
