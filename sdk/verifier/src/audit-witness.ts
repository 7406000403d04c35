/** The last record of the broker's audit, as a heartbeat tells it. */
export interface AuditHead {
  readonly sequence: number;
  /** Hash of the audit's chain up to the record, as base64url. */
  readonly hash: string;
}

/** Why the audit that a frame tells of is not the one that was seen. */
export type AuditWitnessFault =
  /** It ends before a record that was seen: its tail was cut off, or an old backup was put back. */
  | 'audit_went_back'
  /** The record that was seen last is another one now. */
  | 'audit_forked';

/** Remembers where the broker's audit has stood. The broker cannot shorten or rewrite what others hold. */
export class AuditWitness {
  #head: AuditHead | undefined;

  /** The furthest that was seen. */
  get head(): AuditHead | undefined {
    return this.#head;
  }

  /** Notes a head, unless it contradicts what was seen. */
  see(head: AuditHead): AuditWitnessFault | undefined {
    const seen = this.#head;
    if (seen !== undefined && head.sequence < seen.sequence) return 'audit_went_back';
    if (seen?.sequence === head.sequence && seen.hash !== head.hash) return 'audit_forked';
    this.#head = head;
    return undefined;
  }

  /** Begins anew: the broker was restored on purpose, and nothing that was seen lives on. */
  forget(): void {
    this.#head = undefined;
  }
}
