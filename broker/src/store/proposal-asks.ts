import type { Handle, Result } from '@creance/proto';
import type { AuditEvent } from '../domain/audit.js';
import type { Instant } from '../domain/instant.js';
import type { Proposal } from '../domain/proposal.js';
import type { ProposeRefusal, StoreRefusal } from './refusals.js';

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

/** What waits for a second person, as the store has it: each one transaction, its audit record included. */
export interface ProposalWrites {
  /**
   * Keeps an act until a second person has confirmed it: at most `limits.proposalsPerOperator` of one author. The
   * same act of the same author again gives the one that waits, and nothing is written.
   */
  propose(ask: NewProposal): Promise<Result<Proposal, ProposeRefusal>>;
  /** What waits for a second person at `now`, the oldest first. */
  proposals(now: Instant): readonly Proposal[];
  /** Takes a proposal away; gives what it was. */
  denyProposal(ask: ProposalDenied): Promise<Result<Proposal, 'proposal_unknown' | StoreRefusal>>;
}
