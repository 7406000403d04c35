import {
  bytesOfHandle,
  type Handle,
  handleFromBytes,
  ok,
  parseThumbprint,
  type Result,
} from '@creance/proto';
import {
  type ApplyManifestResponse,
  ApproveProposalRequest,
  ApproveProposalResponse,
  DenyProposalRequest,
  DenyProposalResponse,
  ListProposalsRequest,
  ListProposalsResponse,
  type ProposalSummary,
} from '@creance/proto/wire';
import type { ApproveAnswer, ApproveAsk } from '../commands/proposals.js';
import type { ApplyManifestAnswer } from '../commands/put-in-force.js';
import type { Denial } from '../domain/denial.js';
import type { Proposal } from '../domain/proposal.js';
import { idFault, malformed, thumbprintFault } from './convert.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Reads a ListProposalsRequest. */
export function readListProposals(bytes: Uint8Array): Result<Record<string, never>, Denial> {
  const decoded = decodeMessage(ListProposalsRequest, bytes);
  return decoded.ok ? ok({}) : decoded;
}

/** Writes a ListProposalsResponse. */
export function writeListProposals(proposals: readonly Proposal[]): Buffer {
  return encodeMessage(ListProposalsResponse, { proposals: proposals.map(wireProposal) });
}

/** Reads an ApproveProposalRequest. */
export function readApproveProposal(bytes: Uint8Array): Result<ApproveAsk, Denial> {
  const decoded = decodeMessage(ApproveProposalRequest, bytes);
  if (!decoded.ok) return decoded;
  const id = handleFromBytes(decoded.value.proposalId);
  if (id === undefined) return malformed('proposal_id', idFault);
  const digest = parseThumbprint(decoded.value.digest);
  return digest === undefined ? malformed('digest', thumbprintFault) : ok({ id, digest });
}

/** Writes an ApproveProposalResponse. */
export function writeApproveProposal(answer: ApproveAnswer): Buffer {
  return encodeMessage(ApproveProposalResponse, {
    done:
      answer.kind === 'manifest'
        ? { $case: 'applied', value: wireApplied(answer.applied) }
        : {
            $case: 'resumed',
            value: { sessionsResumed: answer.sessionsResumed, waits: undefined },
          },
  });
}

/** Reads a DenyProposalRequest. */
export function readDenyProposal(
  bytes: Uint8Array,
): Result<{ readonly id: Handle; readonly reason: string }, Denial> {
  const decoded = decodeMessage(DenyProposalRequest, bytes);
  if (!decoded.ok) return decoded;
  const id = handleFromBytes(decoded.value.proposalId);
  return id === undefined
    ? malformed('proposal_id', idFault)
    : ok({ id, reason: decoded.value.reason });
}

/** Writes a DenyProposalResponse. */
export function writeDenyProposal(proposal: Proposal): Buffer {
  return encodeMessage(DenyProposalResponse, { denied: wireProposal(proposal) });
}

/** What came into force, as a message has it. */
export function wireApplied(answer: ApplyManifestAnswer): ApplyManifestResponse {
  const { version, sessionsEnded, changes, widenings } = answer;
  return { version: BigInt(version), sessionsEnded, changes, widenings, waits: undefined };
}

/** An act that waits, as a message has it: what it is, never the text of a manifest. */
export function wireProposal(proposal: Proposal): ProposalSummary {
  const { id, digest, act, author, reason, proposedAt, expiresAt } = proposal;
  return {
    proposalId: Buffer.from(bytesOfHandle(id)),
    digest,
    author,
    reason,
    proposedUnixMicros: BigInt(proposedAt),
    expiresUnixMicros: BigInt(expiresAt),
    act:
      act.kind === 'manifest'
        ? {
            $case: 'manifest',
            value: {
              hash: act.hash,
              baseVersion: BigInt(act.baseVersion),
              rolledBackTo: BigInt(act.rolledBackTo ?? 0),
              prune: act.prune,
            },
          }
        : {
            $case: 'resume',
            value: {
              sessionId: Buffer.from(bytesOfHandle(act.session)),
              heldAtRevision: BigInt(act.heldAt),
            },
          },
  };
}
