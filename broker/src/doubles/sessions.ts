import type { Revision } from '@creance/proto';
import { type Instant, plusSeconds } from '../domain/instant.js';
import type { Session } from '../domain/session.js';
import { handleOf, sessionIdOf, thumbprintOfName } from './ids.js';

/** For tests: when sessions were opened. */
export const openedAt: Instant = 1_764_000_000_000_000 as Instant;

/** For tests: a live root session of the workload `support-triage`, but for what is named. */
export function sessionOf(name: string | number, parts: Partial<Session> = {}): Session {
  return {
    id: sessionIdOf(name),
    parent: undefined,
    kind: 'workload',
    name: 'support-triage',
    member: handleOf('support-triage'),
    owner: handleOf('support-platform'),
    key: thumbprintOfName(name),
    evidenceIssuer: handleOf('join token'),
    evidenceKey: handleOf('evidence key'),
    ownEvidence: true,
    principal: undefined,
    upstream: undefined,
    task: undefined,
    transaction: 'tree-1',
    openedAt,
    openedRevision: 1 as Revision,
    absoluteEndAt: plusSeconds(openedAt, 28_800),
    activeAt: openedAt,
    end: undefined,
    suspendedAt: undefined,
    heldFor: undefined,
    revalidatedAt: undefined,
    ...parts,
  };
}

/** For tests: a path from the root down, one session below the other, each named by its place from 1. */
export function pathOf(...sessions: readonly Partial<Session>[]): readonly Session[] {
  return sessions.map((parts, at) =>
    sessionOf(at + 1, { parent: at === 0 ? undefined : sessionIdOf(at), ...parts }),
  );
}
