import type { AuditHead } from './audit-witness.js';

/** How a verifier's view stands. */
export interface VerifierStatus {
  /** Revision of the log; zero before the first whole view. */
  readonly revision: number;
  /** Milliseconds since the log is known to have stood there; infinite without a view or when rolled back. */
  readonly ageMillis: number;
  /** Whether the broker has gone back behind what was seen of it: a strict resource refuses every request. */
  readonly isRolledBack: boolean;
  /**
   * The furthest that the broker's audit was seen to stand: `creance audit verify --head <sequence>:<hash>`
   * finds by it a tail that was cut off.
   */
  readonly auditHead: AuditHead | undefined;
}
