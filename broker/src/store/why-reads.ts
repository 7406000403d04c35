import type { Revision, SessionId } from '@creance/proto';
import type { AuditEvent, AuditKind } from '../domain/audit.js';
import type { Instant } from '../domain/instant.js';

/** What a store says of why a session ended. Reads; nothing of it decides. */
export interface WhyReads {
  /**
   * The revision at which a session ended, in whatever way: its own end, or that of one above it or of a
   * handle. Undefined while it has not, and once it is forgotten. Writes nothing.
   */
  endedAt(id: SessionId): Revision | undefined;
  /**
   * Audit records of these kinds that were written about an instant, oldest first: among the
   * `limits.auditRecordsNear` on each side of where it lies. For explaining; the chain is not checked here.
   */
  auditNear(at: Instant, kinds: readonly AuditKind[]): readonly AuditEvent[];
}
