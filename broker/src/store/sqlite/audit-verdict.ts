import type { KeyObject } from 'node:crypto';

/** What an audit turned out not to be. */
export type AuditFaultCode =
  /** The database cannot be read there. */
  | 'unreadable'
  /** A record is missing: dropped, or never written. */
  | 'gap'
  /** A record or its hash is not what was written. */
  | 'edited'
  /** A record stands in another's place. */
  | 'reordered'
  /** The record is not the one that a checkpoint speaks of: the chain was hashed anew. */
  | 'checkpoint_mismatch'
  /** A checkpoint is not signed by the key that it names, or by none that is known. */
  | 'checkpoint_signature_invalid'
  /** A checkpoint, or what was expected, speaks of records that are not there. */
  | 'tail_cut'
  /** The record is not the one that was expected from outside. */
  | 'not_as_expected';

/** The first thing that is wrong with an audit. */
export interface AuditFault {
  readonly code: AuditFaultCode;
  /** The record at fault, or the first that is missing. */
  readonly sequence: number;
}

/** What became of verifying an audit. */
export interface AuditVerdict {
  /** Records that are as they were written, from the first. */
  readonly records: number;
  /** Checkpoints whose hash is right, and whose signature is when there are keys to check it. */
  readonly checkpoints: number;
  /** The last of the good records; note it elsewhere and expect it next time. */
  readonly last: AuditMark | undefined;
  readonly fault: AuditFault | undefined;
}

/** A place in the audit. */
export interface AuditMark {
  readonly sequence: number;
  /** Hash of the record as base64url. */
  readonly hash: string;
}

/** What the auditor holds from elsewhere. */
export interface AuditVerifyOptions {
  /** The P-256 key of a checkpoint's key id. Without this, signatures are not checked. */
  readonly publicKeys?: (keyId: string) => KeyObject | undefined;
  /** A record that was seen before: finds a tail that was cut off, which no chain can tell by itself. */
  readonly expected?: AuditMark;
  /** Heads that verifiers have seen in heartbeats; they find the same, and nobody had to note them. */
  readonly seen?: readonly AuditMark[];
}
