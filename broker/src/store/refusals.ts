import type { Reason } from '@creance/proto';

/** Why any write may be refused. */
export type StoreRefusal = Extract<
  Reason,
  | 'store_busy'
  | 'store_full'
  | 'store_failed'
  | 'cut_journal_full'
  | 'cut_only'
  | 'target_needs_store'
  | 'shutting_down'
>;

/** Why a write under a session may be refused. */
export type PathRefusal =
  | Extract<
      Reason,
      | 'session_unknown'
      | 'session_revoked'
      | 'session_ended'
      | 'session_expired'
      | 'ancestor_ended'
      | 'session_suspended'
      // Bound to another key since the call was proved.
      | 'proof_wrong_key'
    >
  | StoreRefusal;

/** Why a session is not opened. */
export type OpenRefusal =
  | Extract<
      Reason,
      | 'join_token_unknown'
      | 'join_token_used'
      | 'join_token_expired'
      | 'evidence_key_unknown'
      | 'evidence_key_expired'
      | 'session_key_in_use'
      | 'evidence_key_in_use'
      | 'sessions_limit'
      | 'keys_limit'
      | 'evidence_key_revoked'
      | 'evidence_contested'
      | 'evidence_held'
      | 'child_join_token_unknown'
      | 'child_join_token_used'
      | 'child_join_token_expired'
    >
  | DelegateRefusal;

/** Why there is no child. */
export type DelegateRefusal =
  | PathRefusal
  | Extract<
      Reason,
      | 'delegation_too_deep'
      | 'children_limit'
      | 'tree_limit'
      | 'sessions_limit'
      | 'session_key_in_use'
    >;

/** Why a session keeps its key. */
export type RekeyRefusal =
  | PathRefusal
  | Extract<
      Reason,
      | 'rekey_needs_evidence'
      | 'evidence_key_unknown'
      | 'evidence_key_expired'
      | 'evidence_key_revoked'
      | 'evidence_contested'
      | 'evidence_held'
      | 'session_key_in_use'
    >;

/** Why an act does not wait for a second person. */
export type ProposeRefusal = Extract<Reason, 'proposals_limit'> | StoreRefusal;

/** Why a second person's word does not count. */
export type ConfirmRefusal =
  | Extract<Reason, 'proposal_unknown' | 'proposal_differs' | 'proposal_own' | 'approver_too_new'>
  | StoreRefusal;

/** Why a manifest does not come into force. */
export type ApplyRefusal =
  | Extract<Reason, 'manifest_version_conflict' | 'manifest_ends_sessions'>
  | ConfirmRefusal;

/** Why a session is not let go. */
export type ResumeRefusal =
  | SuspendRefusal
  | ConfirmRefusal
  | Extract<Reason, 'session_not_suspended' | 'revalidation_required' | 'proposal_void'>;

/** Why a session is not held. */
export type SuspendRefusal =
  | Extract<
      Reason,
      'session_unknown' | 'session_revoked' | 'session_ended' | 'session_expired' | 'ancestor_ended'
    >
  | StoreRefusal;
