import type { Handle, Revision, SessionId } from '@creance/proto';
import type { Instant } from './instant.js';
import type { Role } from './registry.js';
import type { HoldCause } from './session.js';

/** A manifest that widens, over the version that it was planned against and no other. */
export interface ProposedManifest {
  readonly kind: 'manifest';
  readonly text: string;
  /** SHA-256 of the text, base64url. */
  readonly hash: string;
  /** The version that must be in force, zero for none. */
  readonly baseVersion: number;
  /** The version whose text it is, when it is a rollback. */
  readonly rolledBackTo: number | undefined;
  /** Whether live sessions may end by it. */
  readonly prune: boolean;
}

/** The end of one hold, as it was: another hold of the session, or a stricter one, is another matter. */
export interface ProposedResume {
  readonly kind: 'resume';
  readonly session: SessionId;
  readonly heldAt: Revision;
  readonly heldFor: HoldCause;
}

/** An act that one operator alone may not do. */
export type ProposedAct = ProposedManifest | ProposedResume;

/** An act that waits for a second person. It never changes: whoever wants another one proposes it. */
export interface Proposal {
  /** Random; names it and opens nothing. */
  readonly id: Handle;
  /** SHA-256 of `actText`, base64url: what a second person confirms. */
  readonly digest: string;
  readonly act: ProposedAct;
  /** The operator by name. */
  readonly author: string;
  readonly reason: string;
  readonly proposedAt: Instant;
  readonly expiresAt: Instant;
}

/** The role that confirms an act of each kind: the one that proposes it. */
export const confirmingRole: Readonly<Record<ProposedAct['kind'], Role>> = {
  manifest: 'policy',
  resume: 'security',
};

/** Everything that an act is, in one fixed order, with who wants it and why: what its digest is taken of. */
export function actText(act: ProposedAct, author: string, reason: string): string {
  const what =
    act.kind === 'manifest'
      ? [act.hash, act.baseVersion, act.rolledBackTo ?? 0, act.prune]
      : [act.session, act.heldAt, act.heldFor];
  return JSON.stringify(['creance-proposal:v1', act.kind, ...what, author, reason]);
}
