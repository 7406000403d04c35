import type { Handle } from '@creance/proto';
import type { AuditEvent } from '../domain/audit.js';
import type { Instant } from '../domain/instant.js';
import type { Proposal } from '../domain/proposal.js';

/** An act to keep until a second person has confirmed it. */
export interface NewProposal {
  readonly proposal: Proposal;
  readonly now: Instant;
  readonly audit: AuditEvent;
}

/** A second person's word for exactly one act; checked in the transaction that does it. */
export interface Confirmation {
  readonly id: Handle;
  readonly digest: string;
  /** Whoever confirms, by name. */
  readonly approver: string;
  /** Handle of the evidence key that opened the confirming session. */
  readonly evidenceKey: Handle;
}

/** A proposal to take away. */
export interface ProposalDenied {
  readonly id: Handle;
  readonly now: Instant;
  readonly audit: AuditEvent;
}
