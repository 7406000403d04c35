import { failedPrecondition, invalidArgument, type ReasonRow } from './row.js';

/** Why an operator cannot do what was asked. */
export type OperatorReason =
  | 'approver_too_new'
  | 'manifest_ends_sessions'
  | 'manifest_faulty'
  | 'manifest_issuer_fixed'
  | 'manifest_version_conflict'
  | 'manifest_version_unknown'
  | 'member_unknown'
  | 'networks_required'
  | 'profile_too_young'
  | 'proposal_differs'
  | 'proposal_own'
  | 'proposal_unknown'
  | 'proposal_void'
  | 'reason_missing'
  | 'refusal_unknown'
  | 'revision_in_future'
  | 'session_not_watched'
  | 'target_unknown'
  | 'token_key_unknown'
  | 'widening_needs_policy';

/** The rows of these. */
export const operatorReasons: Readonly<Record<OperatorReason, ReasonRow>> = {
  approver_too_new: {
    ...failedPrecondition,
    message: 'the evidence of the second person was registered less than a day ago',
    fix: 'have another operator approve it, or wait until a day has passed since this one joined',
  },
  manifest_ends_sessions: {
    ...failedPrecondition,
    message: 'members with live sessions would leave, or change hands, and their sessions end',
    fix: 'look at creance plan, and apply with --prune when that is meant',
  },
  manifest_faulty: {
    ...invalidArgument,
    message: 'the manifest has faults',
    fix: 'correct what is named',
  },
  manifest_issuer_fixed: {
    ...failedPrecondition,
    message: 'the issuer of a broker is fixed by its first start',
    fix: 'leave the issuer as it is, or start another broker on a data folder of its own',
  },
  manifest_version_conflict: {
    ...failedPrecondition,
    message: 'another version of the manifest has come into force meanwhile',
    fix: 'plan again, and apply what the plan shows',
  },
  manifest_version_unknown: {
    ...invalidArgument,
    grpc: 5,
    message: 'no such version of the manifest is kept',
    fix: 'name one that creance rollback --list shows',
  },
  member_unknown: {
    ...invalidArgument,
    grpc: 5,
    message: 'the manifest has no such member',
    fix: 'register it in the manifest',
  },
  networks_required: {
    ...invalidArgument,
    message: 'a join token for several keys must name the networks',
    fix: 'name the networks, or make one join token for each member',
  },
  profile_too_young: {
    ...failedPrecondition,
    message: 'too few calm sessions of the workload have ended for its ways to be known',
    fix: 'let it run: five sessions that were seen by verifiers, and ended calm',
  },
  proposal_differs: {
    ...failedPrecondition,
    message: 'what waits is not what was confirmed',
    fix: 'look at it again: creance approvals',
  },
  proposal_own: {
    ...failedPrecondition,
    message: 'nobody confirms what he has proposed himself',
    fix: 'have another operator approve it; if there is none, register one in the manifest file and reload the broker',
  },
  proposal_unknown: {
    ...failedPrecondition,
    message:
      'no such act waits: it is done, denied, a day old, or another manifest has come into force',
    fix: 'look at what waits with creance approvals, or do the act again',
  },
  proposal_void: {
    ...failedPrecondition,
    message: 'what was proposed is not so any more: another hold, or an author without the role',
    fix: 'look at it as it is today, and propose it again',
  },
  reason_missing: {
    ...invalidArgument,
    message: 'the act needs a reason',
    fix: 'say why, in 3 to 500 characters',
  },
  refusal_unknown: {
    ...invalidArgument,
    grpc: 5,
    message: 'no refusal of this request is kept',
    fix: 'only the latest are kept, until the broker stops; look for the request id in its log',
  },
  revision_in_future: {
    ...invalidArgument,
    message: 'the revision lies ahead of the log',
    fix: 'name a revision that the log has reached',
  },
  session_not_watched: {
    ...invalidArgument,
    grpc: 5,
    message: 'the watch knows nothing of the session, nor of its tree',
    fix: 'name a live session of a workload that has acted; see creance session ls and the audit',
  },
  target_unknown: {
    ...invalidArgument,
    grpc: 5,
    message: 'the broker has never seen what was named',
    fix: 'correct the name, thumbprint or id; see creance session ls and the audit',
  },
  token_key_unknown: {
    ...invalidArgument,
    grpc: 5,
    message: 'there is no such token key, or it was cut before',
    fix: 'name a key of creance keys ls',
  },
  widening_needs_policy: {
    ...failedPrecondition,
    grpc: 7,
    message: 'the manifest widens what somebody may do, which needs the role policy',
    fix: 'have an operator with the role policy apply it, or take the widenings out',
  },
};
