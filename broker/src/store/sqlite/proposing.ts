import { ok, type Result, refuse } from '@creance/proto';
import { type Instant, plusSeconds } from '../../domain/instant.js';
import type { Proposal } from '../../domain/proposal.js';
import type {
  Confirmation,
  ConfirmRefusal,
  NewProposal,
  ProposalDenied,
  ProposeRefusal,
  StoreRefusal,
} from '../store.js';
import type { Room } from './room.js';

/** The store step of a proposal. The same act of the same author gives the one that waits already. */
export function propose(
  { proposals, limits, audit }: Room,
  ask: NewProposal,
): Result<Proposal, Exclude<ProposeRefusal, StoreRefusal>> {
  const { proposal, now } = ask;
  const earlier = proposals.same(proposal, now);
  if (earlier !== undefined) return ok(earlier);
  const most = limits.proposalsPerOperator;
  if (proposals.count(proposal.author, now) >= most) return refuse('proposals_limit');
  proposals.insert(proposal);
  audit.append(ask.audit);
  return ok(proposal);
}

/** The store step of a denial: whoever says no needs nobody beside him. */
export function denyProposal(
  { proposals, audit }: Room,
  ask: ProposalDenied,
): Result<Proposal, 'proposal_unknown'> {
  const proposal = proposals.find(ask.id, ask.now);
  if (proposal === undefined) return refuse('proposal_unknown');
  proposals.delete(ask.id);
  audit.append(ask.audit);
  return ok(proposal);
}

/**
 * Whether a second person may confirm an act, in the transaction that does it. The author is the operator by
 * name, whatever session he speaks by; and who has joined only now may be anybody whom the author, or somebody
 * whom he has let in, has made up.
 */
export function confirmationFault(
  { proposals, evidenceKeys, limits }: Room,
  { id, digest, approver, evidenceKey }: Confirmation,
  now: Instant,
): Exclude<ConfirmRefusal, StoreRefusal> | undefined {
  const proposal = proposals.find(id, now);
  if (proposal === undefined) return 'proposal_unknown';
  if (proposal.digest !== digest) return 'proposal_differs';
  if (proposal.author === approver) return 'proposal_own';
  const registeredAt = evidenceKeys.registeredAt(evidenceKey);
  const isSettled =
    registeredAt !== undefined && plusSeconds(registeredAt, limits.operatorSettledSeconds) <= now;
  return isSettled ? undefined : 'approver_too_new';
}
