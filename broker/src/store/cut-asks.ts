import type { Handle, Revision, SessionId, Thumbprint } from '@creance/proto';
import type { AuditEvent } from '../domain/audit.js';
import type { Instant } from '../domain/instant.js';
import type { ProposedResume } from '../domain/proposal.js';
import type { MemberRef } from '../domain/registry.js';
import type { UpstreamRef } from './evidence-asks.js';
import type { LoggedTokenKey } from './log-row.js';
import type { Confirmation } from './proposal-asks.js';
import type { SessionWrite } from './session-asks.js';

/** A session to cut. */
export interface SessionCut extends SessionWrite {}

/** A session to let go. */
export interface SessionResume extends SessionWrite {
  /** The second person's word, and the hold that it is about, where one is needed. */
  readonly confirms?: (Confirmation & Pick<ProposedResume, 'heldAt' | 'heldFor'>) | undefined;
}

/** Everything before a revision to cut. */
export interface BeforeCut {
  /** At most the head; undefined means everything until now. */
  readonly before: Revision | undefined;
  readonly now: Instant;
  readonly audit: AuditEvent;
}

/** What to cut with everything that hangs below it, by name. */
export type CutTarget =
  | { readonly kind: 'workload'; readonly name: string }
  | { readonly kind: 'owner'; readonly name: string }
  | UpstreamRef
  | { readonly kind: 'evidence-key'; readonly key: Thumbprint }
  | { readonly kind: 'evidence-issuer'; readonly handle: Handle };

/** A handle to cut. */
export interface HandleCut {
  readonly target: CutTarget;
  readonly now: Instant;
  readonly audit: AuditEvent;
}

/** What a cut did. */
export interface CutDone {
  readonly revision: Revision;
  /** Live sessions that ended: descendants included. */
  readonly sessionsEnded: number;
}

/** What a theft was answered with. */
export interface TheftAnswered extends CutDone {
  readonly answer: 'suspended' | 'revoked';
  /** The root. */
  readonly session: SessionId;
}

/** Token keys to cut. */
export interface TokenKeysCut {
  readonly keyIds: readonly Thumbprint[];
  readonly fresh: readonly LoggedTokenKey[];
  readonly audit: AuditEvent;
}

/** A registry that is in force from now on. */
export interface RegistryChange {
  readonly isRegistered: (member: MemberRef) => boolean;
  /** The owner's name of a registered member. */
  readonly ownerOf: (member: MemberRef) => string;
  readonly now: Instant;
  readonly audit: AuditEvent;
}

/** What a changed registry ended. */
export interface RegistryChanged {
  readonly members: readonly MemberRef[];
  readonly sessionsEnded: number;
}
