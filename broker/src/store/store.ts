import type { Handle, Result, Revision, SessionId, Thumbprint } from '@creance/proto';
import type { AuditEvent, AuditRecord } from '../domain/audit.js';
import type { Instant } from '../domain/instant.js';
import type { MemberHandles, MemberRef } from '../domain/registry.js';
import type { Session } from '../domain/session.js';
import type { CutWrites } from './cut-writes.js';
import type { EvidenceKey, JoinToken, NewJoinToken, UpstreamRef } from './evidence-asks.js';
import type { KnownMembers } from './known-members.js';
import type { AuditHead, LogReads } from './log-reads.js';
import type { LoggedTokenKey } from './log-row.js';
import type {
  ManifestApplied,
  ManifestApply,
  ManifestText,
  ManifestVersion,
} from './manifest-asks.js';
import type { Outbox } from './outbox.js';
import type { ProposalWrites } from './proposal-asks.js';
import type {
  ApplyRefusal,
  DelegateRefusal,
  OpenRefusal,
  PathRefusal,
  RekeyRefusal,
  StoreRefusal,
} from './refusals.js';
import type {
  ChildJoinToken,
  DelegateSession,
  NewChildJoinToken,
  OpenedSession,
  OpenSession,
  RekeySession,
  SessionWrite,
} from './session-asks.js';
import type { StoreLoad } from './store-load.js';
import type { KeptWatch, WatchKind, WatchRow } from './watch-asks.js';
import type { WhyReads } from './why-reads.js';

export type {
  BeforeCut,
  CutDone,
  CutTarget,
  HandleCut,
  RegistryChange,
  RegistryChanged,
  SessionCut,
  SessionResume,
  TheftAnswered,
  TokenKeysCut,
} from './cut-asks.js';
export type {
  ContestJoinToken,
  EvidenceKey,
  JoinToken,
  JoinTokenContested,
  NewJoinToken,
  UpstreamRef,
} from './evidence-asks.js';
export type { AuditHead, LogReads } from './log-reads.js';
export type { LoggedTokenKey, LogRow } from './log-row.js';
export type {
  ManifestApplied,
  ManifestApply,
  ManifestText,
  ManifestVersion,
} from './manifest-asks.js';
export type {
  AddDeliveries,
  Delivery,
  NewDelivery,
  Outbox,
  ReceiverState,
  ReceiverTarget,
  SettleDelivery,
} from './outbox.js';
export type { Confirmation, NewProposal, ProposalDenied } from './proposal-asks.js';
export type {
  ApplyRefusal,
  ConfirmRefusal,
  DelegateRefusal,
  OpenRefusal,
  PathRefusal,
  ProposeRefusal,
  RekeyRefusal,
  ResumeRefusal,
  StoreRefusal,
  SuspendRefusal,
} from './refusals.js';
export type {
  ChildJoinToken,
  DelegateSession,
  NewChildJoinToken,
  OpenedSession,
  OpenSession,
  RekeySession,
  SessionWrite,
} from './session-asks.js';
export type { KeptWatch, RiskHeld, RiskHold, WatchKind, WatchRow } from './watch-asks.js';

/**
 * The store: sessions, evidence, the revocation log and the audit. Every method is a whole invariant
 * in our nouns; no transaction leaves the room. A promise that resolves means: durable.
 *
 * Writes queue up and are committed in groups, in the order of the calls; a later write sees every
 * earlier one. A refused write has written nothing, its audit event included. When `limits.writesWaiting`
 * are waiting, a write is refused with `store_busy`; when the disk is full, with `store_full`, and
 * writing works again once it is not; after any other fault of the disk every write is refused with
 * `store_failed` until the process starts again. Cuts (`cutSession`, `cutBefore`, `cutHandle`, `cutTokenKeys`)
 * stand all the same: in memory and in the log's listeners at once, in the journal, and in the tables with the
 * first group that the disk takes, or at the next start. When the journal is full too they are refused with
 * `cut_journal_full`.
 */
export interface Store extends CutWrites, LogReads, ProposalWrites, WhyReads {
  /** What the store is for. Fixed when it is created. */
  readonly identity: StoreIdentity;

  /** The last record of the audit. */
  auditHead(): AuditHead;

  /** How full the store is now. */
  load(): StoreLoad;
  /**
   * What keeps a row of the log that stands: the store; its journal, until the store takes it; or memory alone,
   * when the disk took neither: then it does not outlast the process.
   */
  keptBy(revision: Revision): 'store' | 'journal' | 'memory';

  /** A session that is live or ended lately, from memory; undefined when there is none. */
  session(id: SessionId): Session | undefined;
  /** The path of a session from its root to itself, from memory; empty when there is none. */
  path(id: SessionId): readonly Session[];
  /** Live sessions, newest first, after the one named; each with the hold above it; from memory. */
  liveSessions(page: {
    readonly size: number;
    readonly after: SessionId | undefined;
  }): readonly Session[];
  /**
   * The whole tree that holds a session, parents before their children, at most `size`; those that ended
   * lately included, each with the end or hold that holds for it. Empty when the session is not in memory.
   */
  tree(id: SessionId, size: number): readonly Session[];

  /** Who may come as operator or verifier at `now`, and who can be cut by name: for a start without a store. */
  knownMembers(now: Instant): KnownMembers;

  /** The handles of a member and its owner, the same for ever; made on first sight. */
  memberHandles(member: MemberRef, owner: string, fresh: MemberHandles): Promise<MemberHandles>;

  /** The handle of a person or login at an identity provider, the same for ever; made on first sight. */
  upstreamHandle(upstream: UpstreamRef, fresh: Handle): Promise<Handle>;

  /** Registers a join token by its hash. */
  createJoinToken(token: NewJoinToken, audit: AuditEvent): Promise<Result<void, StoreRefusal>>;
  /** A join token by its hash. */
  joinToken(hash: string): Promise<JoinToken | undefined>;
  /** A registered evidence key by its thumbprint. */
  evidenceKey(key: Thumbprint): Promise<EvidenceKey | undefined>;

  /**
   * Redeems the join token, if one comes along, registers the evidence key, and opens a session: one
   * transaction. Tokens are taken by one conditional update, so that of two redeems at once with
   * different keys one wins. The same session key with the same evidence key gets its live session
   * again, and nothing is written. Evidence that is held or was cut opens nothing.
   *
   * With a child join token the session becomes a child: its parent and everything above must be able to
   * act at `now`, its end is the earliest of all, and the bounds of a delegation hold.
   */
  openSession(ask: OpenSession): Promise<Result<OpenedSession, OpenRefusal>>;
  /**
   * Opens a child in the same process: the parent's member, evidence, transaction and upstream, a key of
   * its own. Checks the parent's path at `now`, notes the activity, keeps the bounds: one transaction.
   * The same key under the same parent gets its live child again, and nothing is written.
   */
  delegateSession(ask: DelegateSession): Promise<Result<Session, DelegateRefusal>>;
  /** Registers a child join token by its hash, under the same checks; it counts as a child meanwhile. */
  createChildJoinToken(ask: NewChildJoinToken): Promise<Result<void, DelegateRefusal>>;
  /** A child join token by its hash. */
  childJoinToken(hash: string): Promise<ChildJoinToken | undefined>;
  /**
   * Binds a session with evidence of its own to another key: checks the path and the evidence key, and
   * appends a row that is not absolute, so that tokens by the old key die. A key that has or had a
   * session is refused. The same new key again gives the first revision.
   *
   * A session that the watch holds, and nothing else holds it or anything above it, is revalidated by this:
   * it stays held, and a resume may let it go. Its children that share its evidence end, and its child join
   * tokens that wait are gone, for nobody knows with which key they were made. Evidence that is held itself
   * vouches for nothing until it is over (`evidence_held`): no other evidence takes a session over.
   */
  rekeySession(ask: RekeySession): Promise<Result<Revision, RekeyRefusal>>;

  /**
   * Checks every session of the path at `now`, notes the activity, appends the audit event and gives
   * the head of the log, all in one transaction: the `rev` of the token to mint. Stores nothing else.
   */
  issueToken(ask: SessionWrite): Promise<Result<Revision, PathRefusal>>;
  /** Checks every session of the path at `now` and notes the activity. */
  renewSession(ask: SessionWrite): Promise<Result<Session, PathRefusal>>;
  /** Ends a session and everything below it. Ending it again gives the first revision. */
  endSession(ask: SessionWrite): Promise<Result<Revision, StoreRefusal>>;

  /**
   * Puts a manifest in force as one more version: `changeRegistry` and the version in one transaction. At
   * most `limits.manifestVersionsKept` are kept, the oldest are forgotten. Refused when another version than
   * the expected one is in force, and when live sessions would end that may not. The audit event gets the
   * fact `version`. With a second person's word it is checked in the same transaction; whatever manifest waits
   * for one is void afterwards.
   */
  applyManifest(ask: ManifestApply): Promise<Result<ManifestApplied, ApplyRefusal>>;
  /** The versions that are kept, newest first: the first one is in force. */
  manifestVersions(): readonly ManifestVersion[];
  /** A version with its text, or the one in force; undefined when it is not kept, or none is. */
  manifest(version?: number): ManifestText | undefined;
  /** Publishes a token key in the log. Publishing it again changes nothing. */
  publishTokenKey(key: LoggedTokenKey, audit: AuditEvent): Promise<Result<Revision, StoreRefusal>>;

  /**
   * Ends sessions that have passed their absolute or idle end at `now`, with a row of the log each, and
   * forgets sessions that ended long ago. At most `limits.commitRows` a call; gives how many it ended.
   */
  expireSessions(now: Instant): Promise<number>;

  /**
   * Keeps what the watch knows: each row in place of the one before it. Written a part at a time among other
   * writes, `limits.watchRowsPerCommit` rows of a group at most, so that nobody waits for all of it: after a
   * crash some rows may be those of before. Only one call at a time: another meanwhile is refused with
   * `store_busy`. Bytes are read when their part is written. Rows of sessions that have not been opened or
   * have ended are not kept. No audit record: it says nothing that anybody did, and holds no secret.
   * Rejects with a `RangeError`, and keeps nothing of the call, when a row is larger than
   * `limits.watchRowBytes`.
   */
  keepWatch(rows: readonly WatchRow[]): Promise<Result<void, StoreRefusal>>;
  /** What was kept of workloads until it is forgotten or they are gone, of sessions while they live. */
  watchRows(kind: WatchKind): Iterable<KeptWatch>;

  /** Appends an audit event on its own. */
  appendAudit(event: AuditEvent): Promise<Result<void, StoreRefusal>>;

  /** Calls back after each commit that ended a hold, with the session's id; gives the way to stop. */
  onResume(listener: (session: SessionId) => void): () => void;

  /**
   * Calls back after each commit with the audit records of `toldKinds` that it appended, in order; gives the
   * way to stop. Records of cuts, holds and ends have the facts `revision`, `sessionsEnded` or `sessionsHeld`,
   * and `workloads`: whose sessions were reached.
   */
  onAudit(listener: (records: readonly AuditRecord[]) => void): () => void;

  /** Events on their way to the owners' receivers. */
  readonly outbox: Outbox;

  /** Waits for what is queued, writes a last checkpoint and closes. Later writes are refused. */
  close(): Promise<void>;
}

/** What a store is for. */
export interface StoreIdentity {
  readonly issuer: string;
  /** A development store is one for ever. */
  readonly dev: boolean;
}
