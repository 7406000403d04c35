import type { Handle, SessionId, Thumbprint } from '@creance/proto';
import type { AuditEvent } from '../domain/audit.js';
import type { Instant } from '../domain/instant.js';
import type { MemberHandles, MemberRef } from '../domain/registry.js';
import type { Session } from '../domain/session.js';
import type { Task } from '../domain/task.js';

/** A write under a session. */
export interface SessionWrite {
  readonly session: SessionId;
  readonly now: Instant;
  readonly audit: AuditEvent;
  /**
   * The key by which the session has proved the call. When it has been bound to another one since, it does
   * not act, nor does anybody hang a child below it: what the old key is given would outlive the rekey.
   * Absent where nobody speaks for the session.
   */
  readonly provenKey?: Thumbprint;
}

/** A session to open: a root, or a child on another host. */
export interface OpenSession {
  readonly now: Instant;
  /** A fresh id. */
  readonly id: SessionId;
  readonly member: MemberRef;
  readonly handles: MemberHandles;
  /** The key of the session: one key, one live session. */
  readonly key: Thumbprint;
  /** Of a root; a child takes its parent's. */
  readonly transaction: string;
  /** At most; a child's is never beyond the end of any ancestor. */
  readonly absoluteEndAt: Instant;
  readonly principal: Handle | undefined;
  readonly upstream: Handle | undefined;
  /** Of a root; a child's is in its child join token. */
  readonly task: Task | undefined;
  /** Makes it a child; its `depthMax` was checked when the token was made and is checked again. */
  readonly child: { readonly hash: string; readonly depthMax: number } | undefined;
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

/** A child in the same process. */
export interface DelegateSession extends SessionWrite {
  /** A fresh id of the child; `session` is the parent. */
  readonly id: SessionId;
  /** The child's key. */
  readonly key: Thumbprint;
  /** At most; never beyond the end of any ancestor. */
  readonly absoluteEndAt: Instant;
  readonly task: Task | undefined;
  /** Sessions of a path at most, by today's policy along it. */
  readonly depthMax: number;
}

/** A child join token to register; `session` is the parent. */
export interface NewChildJoinToken extends SessionWrite {
  /** SHA-256 of the token as base64url. */
  readonly hash: string;
  readonly member: MemberRef;
  readonly absoluteEndAt: Instant;
  readonly task: Task | undefined;
  readonly depthMax: number;
  readonly expiresAt: Instant;
}

/** A registered child join token. */
export interface ChildJoinToken {
  readonly hash: string;
  readonly parent: SessionId;
  readonly member: MemberRef;
  readonly absoluteEndAt: Instant;
  readonly task: Task | undefined;
  readonly expiresAt: Instant;
  /** The session key that has redeemed it. */
  readonly redeemedBy: Thumbprint | undefined;
}

/** A session to bind to another key. */
export interface RekeySession extends SessionWrite {
  readonly key: Thumbprint;
  /** The evidence key that has vouched for the new key. */
  readonly evidenceKey: Thumbprint;
}
