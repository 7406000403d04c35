import type { Handle, Lineage, Revision, SessionId, Thumbprint } from '@creance/proto';
import type { Instant } from './instant.js';
import type { MemberKind } from './registry.js';
import type { Task } from './task.js';

/** How a session ended. */
export type SessionEnd = 'revoked' | 'ended' | 'expired';

/** For what a session is held, the strictest last: no later cause makes a hold milder. */
export const holdCauses = ['operator', 'theft', 'watch'] as const;

/**
 * For what a session is held: an operator's word, a fact, or the risk that the watch has seen. A hold by
 * the watch ends only once the session was revalidated.
 */
export type HoldCause = (typeof holdCauses)[number];

/** One granted run. */
export interface Session {
  readonly id: SessionId;
  /** Absent for a root. */
  readonly parent: SessionId | undefined;
  readonly kind: MemberKind;
  /** Registered name of the member. */
  readonly name: string;
  readonly member: Handle;
  readonly owner: Handle;
  /** The key that every proof of the session must be by. */
  readonly key: Thumbprint;
  /** The join token that registered the evidence key. */
  readonly evidenceIssuer: Handle;
  readonly evidenceKey: Handle;
  /** Whether the evidence is its own: a root, or a child on another host. Others share their parent's. */
  readonly ownEvidence: boolean;
  /** On whose behalf the root was opened, as it declared: the person and their login. */
  readonly principal: Handle | undefined;
  readonly upstream: Handle | undefined;
  /** What it was opened for; undefined narrows nothing. */
  readonly task: Task | undefined;
  /** `txn` of its tokens: the same through its whole tree. */
  readonly transaction: string;
  readonly openedAt: Instant;
  /** Head of the log when it was opened. */
  readonly openedRevision: Revision;
  readonly absoluteEndAt: Instant;
  /** Last activity of itself or a descendant. */
  readonly activeAt: Instant;
  readonly end: SessionEnd | undefined;
  /** Revision at which it is held; undefined when it is not. */
  readonly suspendedAt: Revision | undefined;
  /** For what; undefined when it is not. */
  readonly heldFor: HoldCause | undefined;
  /** Revision at which it was revalidated in this hold of its own: another key, vouched for anew. */
  readonly revalidatedAt: Revision | undefined;
}

/** Why a session may not act, or undefined when it may. */
export type SessionFault = 'session_revoked' | 'session_ended' | 'session_expired';

/**
 * Judges one session by itself, idle end included (`idleSeconds` without activity). Whoever is held cannot
 * be active, so that it does not idle out meanwhile.
 */
export function sessionFault(
  session: Session,
  now: Instant,
  idleSeconds: number,
): SessionFault | undefined {
  if (session.end === 'revoked') return 'session_revoked';
  if (session.end === 'ended') return 'session_ended';
  if (session.end === 'expired' || now >= session.absoluteEndAt) return 'session_expired';
  if (session.suspendedAt !== undefined) return undefined;
  return now >= session.activeAt + idleSeconds * 1_000_000 ? 'session_expired' : undefined;
}

/** Why a session may not act, its ancestors included. */
export type PathFault = SessionFault | 'ancestor_ended' | 'session_suspended';

/**
 * Judges a path from root to self: one ancestor that has ended or is held is enough (law 2). The
 * session's own end is named first, an end before a hold.
 */
export function pathFault(
  path: readonly Session[],
  now: Instant,
  idleSeconds: number,
): PathFault | undefined {
  const own = path.at(-1);
  const fault = own && sessionFault(own, now, idleSeconds);
  if (fault !== undefined) return fault;
  const ended = path.some((session) => sessionFault(session, now, idleSeconds) !== undefined);
  if (ended) return 'ancestor_ended';
  return path.some(({ suspendedAt }) => suspendedAt !== undefined)
    ? 'session_suspended'
    : undefined;
}

/**
 * Whether the last session of a path may be bound to another key while it is held: the watch holds it
 * itself, and nothing else holds it or anything above it. It stays held.
 */
export function mayRevalidate(path: readonly Session[]): boolean {
  const [own, parent] = [path.at(-1), path.at(-2)];
  if (own?.suspendedAt === undefined || own.suspendedAt === parent?.suspendedAt) return false;
  return path.every(({ heldFor }) => heldFor === undefined || heldFor === 'watch');
}

/** The lineage of a path from root to self: everything whose cut ends its tokens. */
export function lineageOf(path: readonly Session[]): Lineage {
  const distinct = (pick: (session: Session) => Handle | undefined) => [
    ...new Set(path.map(pick).filter((handle) => handle !== undefined)),
  ];
  return {
    sessions: path.map((session) => session.id),
    upstreams: distinct((session) => session.upstream),
    principals: distinct((session) => session.principal),
    workloads: distinct((session) => session.member),
    owners: distinct((session) => session.owner),
    evidenceIssuers: distinct((session) => session.evidenceIssuer),
    evidenceKeys: distinct((session) => session.evidenceKey),
  };
}
