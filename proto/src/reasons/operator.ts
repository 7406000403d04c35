import { failedPrecondition, invalidArgument, type ReasonRow } from './row.js';

/** Why an operator cannot do what was asked. */
export type OperatorReason =
  | 'member_unknown'
  | 'networks_required'
  | 'profile_too_young'
  | 'reason_missing'
  | 'revision_in_future'
  | 'session_not_watched'
  | 'target_unknown'
  | 'token_key_unknown';

/** The rows of these. */
export const operatorReasons: Readonly<Record<OperatorReason, ReasonRow>> = {
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
  reason_missing: {
    ...invalidArgument,
    message: 'the act needs a reason',
    fix: 'say why, in 3 to 500 characters',
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
};
