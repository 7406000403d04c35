import type { SessionId } from '@creance/proto';
import type { Instant } from './instant.js';

/** What an audit record may speak of. Reference documentation is generated from this list. */
export type AuditKind =
  | 'broker_started'
  | 'join_token_created'
  | 'session_opened'
  | 'token_issued'
  | 'session_renewed'
  | 'session_ended'
  | 'session_expired'
  | 'session_cut'
  | 'before_cut'
  | 'handle_cut'
  | 'session_delegated'
  | 'child_join_token_created'
  | 'session_rekeyed'
  | 'session_suspended'
  | 'session_resumed'
  | 'tokens_cut'
  | 'theft_answered'
  | 'risk_suspended'
  | 'session_revalidated'
  | 'token_keys_cut'
  | 'registry_changed'
  | 'manifest_applied'
  | 'join_token_contested'
  | 'proposal_made'
  | 'proposal_denied'
  | 'store_restored'
  | 'token_key_published';

/** One audit record before it has its place in the chain. Never a token, proof or join token. */
export interface AuditEvent {
  readonly kind: AuditKind;
  readonly at: Instant;
  /** Who: a session id, `dev` for the owner of a development broker, `broker` for itself. */
  readonly actor: string;
  /** The session that it is about. */
  readonly session?: SessionId;
  /** The request, so that a refusal, a log line and a record can be joined. */
  readonly requestId?: string;
  /** Flat facts; names in lower camel case. */
  readonly facts: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** An audit record in its place in the chain. */
export interface AuditRecord {
  readonly sequence: number;
  /** The chain's hash after it, as base64url: no two records of a chain share it, whatever was restored. */
  readonly hash: string;
  readonly event: AuditEvent;
}

/** Kinds of records that somebody who watches is told of. Tokens and renewals are not among them: there are too many. */
export const toldKinds: ReadonlySet<AuditKind> = new Set<AuditKind>([
  'session_opened',
  'session_delegated',
  'session_ended',
  'session_expired',
  'session_cut',
  'before_cut',
  'handle_cut',
  'session_suspended',
  'session_resumed',
  'tokens_cut',
  'theft_answered',
  'risk_suspended',
  'token_keys_cut',
  'registry_changed',
  'manifest_applied',
  'join_token_contested',
]);
