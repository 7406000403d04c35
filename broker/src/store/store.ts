import type { Handle, Reason, Result, Revision, SessionId, Thumbprint } from '@creance/proto';
import type { AuditEvent } from '../domain/audit.js';
import type { Instant } from '../domain/instant.js';
import type { MemberHandles, MemberRef } from '../domain/registry.js';
import type { Session } from '../domain/session.js';

/**
 * The store: sessions, evidence, the revocation log and the audit. Every method is a whole invariant
 * in our nouns; no transaction leaves the room. A promise that resolves means: durable.
 *
 * Writes queue up and are committed in groups, in the order of the calls; a later write sees every
 * earlier one. A refused write has written nothing, its audit event included. When `limits.writesWaiting`
 * are waiting, a write is refused with `store_busy`; when the disk is full, with `store_full`, and
 * writing works again once it is not; after any other fault of the disk every write is refused with
 * `store_failed` until the process starts again.
 */
export interface Store {
  /** What the store is for. Fixed when it is created. */
  readonly identity: StoreIdentity;

  /** Revision of the last committed row of the log. */
  head(): Revision;

  /** A session that is live or ended lately, from memory; undefined when there is none. */
  session(id: SessionId): Session | undefined;
  /** The path of a session from its root to itself, from memory; empty when there is none. */
  path(id: SessionId): readonly Session[];
  /** Live sessions, newest first, after the one named; from memory. */
  liveSessions(page: {
    readonly size: number;
    readonly after: SessionId | undefined;
  }): readonly Session[];

  /** The handles of a member and its owner, the same for ever; made on first sight. */
  memberHandles(member: MemberRef, owner: string, fresh: MemberHandles): Promise<MemberHandles>;

  /** Registers a join token by its hash. */
  createJoinToken(token: NewJoinToken, audit: AuditEvent): Promise<Result<void, StoreRefusal>>;
  /** A join token by its hash. */
  joinToken(hash: string): Promise<JoinToken | undefined>;
  /** A registered evidence key by its thumbprint. */
  evidenceKey(key: Thumbprint): Promise<EvidenceKey | undefined>;

  /**
   * Redeems the join token, if one comes along, registers the evidence key, and opens a root session:
   * one transaction. The token is taken by one conditional update, so that of two redeems at once with
   * different keys one wins. The same session key with the same evidence key gets its live session
   * again, and nothing is written.
   */
  openSession(ask: OpenSession): Promise<Result<OpenedSession, OpenRefusal>>;

  /**
   * Checks every session of the path at `now`, notes the activity, appends the audit event and gives
   * the head of the log, all in one transaction: the `rev` of the token to mint. Stores nothing else.
   */
  issueToken(ask: SessionWrite): Promise<Result<Revision, PathRefusal>>;
  /** Checks every session of the path at `now` and notes the activity. */
  renewSession(ask: SessionWrite): Promise<Result<Session, PathRefusal>>;
  /** Ends a session and everything below it. Ending it again gives the first revision. */
  endSession(ask: SessionWrite): Promise<Result<Revision, StoreRefusal>>;

  /** Ends a session and everything below it for good, whatever their state. Absolute. */
  cutSession(ask: SessionCut): Promise<Result<CutDone, 'session_unknown' | StoreRefusal>>;
  /** Ends all sessions opened before a revision, and all tokens with `rev` below it. */
  cutBefore(ask: BeforeCut): Promise<Result<CutDone, 'revision_in_future' | StoreRefusal>>;
  /** Publishes a token key in the log. Publishing it again changes nothing. */
  publishTokenKey(key: LoggedTokenKey, audit: AuditEvent): Promise<Result<Revision, StoreRefusal>>;

  /**
   * Ends sessions that have passed their absolute or idle end at `now`, with a row of the log each, and
   * forgets sessions that ended long ago. At most `limits.commitRows` a call; gives how many it ended.
   */
  expireSessions(now: Instant): Promise<number>;

  /** Appends an audit event on its own. */
  appendAudit(event: AuditEvent): Promise<Result<void, StoreRefusal>>;

  /** Rows of the log after a revision, ascending, at most `limit`. */
  logAfter(revision: Revision, limit: number): readonly LogRow[];
  /** Whether a revision is one that the log has had, so that a view at it can be carried on. */
  isKnownRevision(revision: Revision): boolean;
  /** Calls back after each commit that grew the log, with its rows; gives the way to stop. */
  onLog(listener: (rows: readonly LogRow[]) => void): () => void;

  /** Waits for what is queued, writes a last checkpoint and closes. Later writes are refused. */
  close(): Promise<void>;
}

/** What a store is for. */
export interface StoreIdentity {
  readonly issuer: string;
  /** A development store is one for ever. */
  readonly dev: boolean;
}

/** Why any write may be refused. */
export type StoreRefusal = Extract<
  Reason,
  'store_busy' | 'store_full' | 'store_failed' | 'shutting_down'
>;

/** Why a write under a session may be refused. */
export type PathRefusal =
  | Extract<
      Reason,
      'session_unknown' | 'session_revoked' | 'session_ended' | 'session_expired' | 'ancestor_ended'
    >
  | StoreRefusal;

/** A join token to register. */
export interface NewJoinToken {
  /** SHA-256 of the token as base64url. */
  readonly hash: string;
  /** By which everybody who joined with it can be cut. */
  readonly handle: Handle;
  readonly member: MemberRef;
  readonly expiresAt: Instant;
  /** Different keys that may redeem it. */
  readonly uses: number;
  /** CIDR networks; empty means any. */
  readonly networks: readonly string[];
}

/** A registered join token. */
export interface JoinToken extends NewJoinToken {
  readonly used: number;
  /** Keys that have redeemed it. */
  readonly redeemedBy: readonly Thumbprint[];
}

/** A registered evidence key. */
export interface EvidenceKey {
  readonly key: Thumbprint;
  readonly handle: Handle;
  /** Handle of the join token that registered it. */
  readonly issuer: Handle;
  readonly member: MemberRef;
  readonly expiresAt: Instant;
}

/** A root session to open. */
export interface OpenSession {
  readonly now: Instant;
  /** A fresh id. */
  readonly id: SessionId;
  readonly member: MemberRef;
  readonly handles: MemberHandles;
  /** The key of the session: one key, one live session. */
  readonly key: Thumbprint;
  readonly transaction: string;
  readonly absoluteEndAt: Instant;
  readonly evidence:
    | {
        readonly kind: 'join-token';
        readonly hash: string;
        readonly key: Thumbprint;
        /** Handle of the evidence key, if it is new. */
        readonly freshHandle: Handle;
        readonly keyExpiresAt: Instant;
      }
    | { readonly kind: 'key-assertion'; readonly key: Thumbprint };
  readonly audit: AuditEvent;
}

/** A session that was opened, now or by the same ask before. */
export interface OpenedSession {
  readonly session: Session;
  readonly evidenceKeyExpiresAt: Instant;
}

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
    >
  | StoreRefusal;

/** A write under a session. */
export interface SessionWrite {
  readonly session: SessionId;
  readonly now: Instant;
  readonly audit: AuditEvent;
}

/** A session to cut. */
export interface SessionCut extends SessionWrite {}

/** Everything before a revision to cut. */
export interface BeforeCut {
  /** At most the head; undefined means everything until now. */
  readonly before: Revision | undefined;
  readonly now: Instant;
  readonly audit: AuditEvent;
}

/** What a cut did. */
export interface CutDone {
  readonly revision: Revision;
  /** Live sessions that ended: descendants included. */
  readonly sessionsEnded: number;
}

/** A token key as the log holds it. */
export interface LoggedTokenKey {
  readonly keyId: Thumbprint;
  readonly x: string;
  readonly y: string;
  /** Unix seconds from which on its tokens are refused. */
  readonly retireAt: number;
}

/** One row of the revocation log. */
export interface LogRow {
  readonly revision: Revision;
  readonly entry:
    | { readonly kind: 'handle'; readonly handle: Handle; readonly absolute: boolean }
    | { readonly kind: 'before'; readonly before: Revision }
    | { readonly kind: 'token-key'; readonly key: LoggedTokenKey }
    | { readonly kind: 'key-cut'; readonly keyId: Thumbprint };
}
