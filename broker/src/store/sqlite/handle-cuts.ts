import { type Handle, ok, type Result, type Revision, refuse } from '@creance/proto';
import type { MemberRef } from '../../domain/registry.js';
import type { CutDone, CutTarget, HandleCut, RegistryChange, RegistryChanged } from '../store.js';
import { countEnded } from './ending.js';
import type { Entry } from './entry.js';
import type { Room } from './room.js';
import { forgetWatchOf } from './watch-keeping.js';

/**
 * Cuts what hangs below a handle: one row of the log, whatever it ends. What is opened afterwards lives;
 * evidence is out of use for good.
 */
export function cutHandle(room: Room, ask: HandleCut): Result<CutDone, 'target_unknown'> {
  const handle = handleOf(room, ask.target);
  if (handle === undefined) return refuse('target_unknown');
  takeOutOfUse(room, ask.target);
  return ok(countEnded(room, ask.audit, () => cutBelow(room, handle)));
}

/** A new registry: ends the sessions of members that have gone or that belong to somebody else now. */
export function changeRegistry(room: Room, ask: RegistryChange): Result<RegistryChanged, never> {
  const gone = membersGone(room, ask);
  forgetWatchOf(room, ask.isRegistered);
  if (gone.length === 0) {
    room.audit.append(ask.audit);
    return ok({ members: [], sessionsEnded: 0 });
  }
  const { sessionsEnded } = countEnded(room, ask.audit, () => {
    const revisions = gone.map(({ handle }) => cutBelow(room, handle));
    return revisions.at(-1) as Revision;
  });
  return ok({ members: gone.map(({ member }) => member), sessionsEnded });
}

/** Whether a registry would end a live session. */
export function endsSessions(room: Room, ask: RegistryChange): boolean {
  return membersGone(room, ask).length > 0;
}

function cutBelow({ log, mirror }: Room, handle: Handle): Revision {
  const revision = log.appendBelow(handle);
  mirror.cuts.endBelow(handle, revision);
  return revision;
}

/** The handle of what an operator names, when there has been such a thing. */
export function handleOf(room: Room, target: CutTarget): Handle | undefined {
  const { members, upstreams, evidenceKeys, joinTokens } = room;
  switch (target.kind) {
    case 'workload':
      return members.handleOf({ kind: 'workload', name: target.name });
    case 'owner':
      return members.handleOfOwner(target.name);
    case 'principal':
    case 'upstream':
      return upstreams.find(target);
    case 'evidence-key':
      return evidenceKeys.find(target.key)?.handle;
    case 'evidence-issuer': {
      const { handle } = target;
      const isKnown = joinTokens.hasHandle(handle) || evidenceKeys.ofIssuer(handle).length > 0;
      return isKnown ? handle : undefined;
    }
  }
}

/** Takes evidence that is cut out of use for good; anything else is left alone. */
export function takeOutOfUse({ evidenceKeys, joinTokens, revoked }: Room, target: CutTarget): void {
  const isIssuer = target.kind === 'evidence-issuer';
  if (!isIssuer && target.kind !== 'evidence-key') return;
  if (isIssuer) joinTokens.cut(target.handle);
  for (const key of isIssuer ? evidenceKeys.ofIssuer(target.handle) : [target.key]) {
    evidenceKeys.cut(key);
    revoked.evidence(key);
  }
}

interface Gone {
  readonly handle: Handle;
  readonly member: MemberRef;
}

/** Members with live sessions that a registry does not hold as they are. */
function membersGone(room: Room, ask: RegistryChange): readonly Gone[] {
  const gone: Gone[] = [];
  for (const [handle, entries] of room.mirror.live.byMember()) {
    const live = [...entries].filter((entry) => room.mirror.isUnended(entry));
    const first = live[0]?.session;
    if (first === undefined) continue;
    const member = { kind: first.kind, name: first.name };
    if (!isHeldBy(room, ask, member, live)) gone.push({ handle, member });
  }
  return gone;
}

function isHeldBy(
  { members }: Room,
  { isRegistered, ownerOf }: RegistryChange,
  member: MemberRef,
  live: readonly Entry[],
): boolean {
  if (!isRegistered(member)) return false;
  const owner = members.handleOfOwner(ownerOf(member));
  return live.every(({ session }) => session.owner === owner);
}
