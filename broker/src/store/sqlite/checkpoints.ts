import type Database from 'better-sqlite3';
import type { LimitName } from '../../domain/limits.js';
import type { Clock } from '../../runtime/clock.js';
import type { Audit } from './audit.js';
import { checkpointBytes } from './audit-chain.js';

/** Signs checkpoints with ES256. */
export interface CheckpointSigner {
  /** Names the public key to whoever verifies. */
  readonly keyId: string;
  /** r || s, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** Parts of the checkpoints. */
export interface CheckpointParts {
  readonly db: Database.Database;
  readonly issuer: string;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly limits: Readonly<Record<LimitName, number>>;
  readonly signer: CheckpointSigner | undefined;
}

const insert = `INSERT INTO audit_checkpoints (sequence, hash, at, key_id, signature)
  VALUES (?, ?, ?, ?, ?)`;
const lastSequence = 'SELECT coalesce(max(sequence), 0) FROM audit_checkpoints';

/**
 * Signed notes of where the audit stood. Whoever can write the database can hash a chain anew, but not
 * sign one.
 */
export class Checkpoints {
  readonly #parts: CheckpointParts;
  readonly #insert: Database.Statement<unknown[]>;
  #sequence: number;
  #madeMillis: number;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
    this.#insert = parts.db.prepare(insert);
    this.#sequence = Number(parts.db.prepare(lastSequence).pluck().get());
    this.#madeMillis = parts.clock.monotonicMillis();
  }

  /** Writes a checkpoint when so many records or seconds have passed since the last. */
  writeIfDue(): void {
    const { audit, clock, limits } = this.#parts;
    const records = audit.head.sequence - this.#sequence;
    const seconds = (clock.monotonicMillis() - this.#madeMillis) / 1_000;
    if (records >= limits.checkpointRecords || seconds >= limits.checkpointSeconds) this.write();
  }

  /** Writes a checkpoint of the last record, unless it has one. Throws the driver's faults. */
  write(): void {
    const { issuer, audit, clock, signer } = this.#parts;
    const { sequence, hash } = audit.head;
    if (signer === undefined || sequence <= this.#sequence) return;
    const signature = signer.sign(checkpointBytes(issuer, sequence, hash));
    this.#insert.run(sequence, hash, clock.now(), signer.keyId, signature);
    this.#sequence = sequence;
    this.#madeMillis = clock.monotonicMillis();
  }
}
