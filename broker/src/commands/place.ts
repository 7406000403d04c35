import { encodeBase64url, ok, type Result, refuse } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import { type Instant, plusSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import { mayHaveChild } from '../domain/policy-delegation.js';
import { childFaultAt, levelOfPath } from '../domain/policy-risk.js';
import { type NarrowedTask, narrowTask } from '../domain/policy-task.js';
import type { MemberRef } from '../domain/registry.js';
import type { Session } from '../domain/session.js';
import type { Entropy } from '../runtime/entropy.js';
import type { OpenSession, Store } from '../store/store.js';
import { sha256Base64url } from '../tokens/signing-key.js';
import type { ChildParts } from './child.js';
import { childFits } from './child-size.js';
import { freshHandle } from './fresh.js';
import type { TaskAsk } from './task-ask.js';
import { type UpstreamAsk, upstreamRef } from './upstream-ask.js';

/** What an opener declares of the place. */
export interface DeclaredPlace {
  /** Makes it a child of whoever made the token. */
  readonly childJoinToken: string | undefined;
  /** Of a root alone: a child's is in its child join token. */
  readonly task: TaskAsk | undefined;
  /** Of a root alone: a child has its root's. */
  readonly upstream: UpstreamAsk | undefined;
}

/** Parts that finding a place needs. */
export interface PlaceParts extends ChildParts {
  readonly store: Pick<Store, 'upstreamHandle' | 'childJoinToken' | 'path'>;
  readonly entropy: Entropy;
}

/** Where a session is to stand: at the top of a tree of its own, or below a parent. */
export interface Place
  extends NarrowedTask,
    Pick<OpenSession, 'transaction' | 'principal' | 'upstream' | 'child'> {
  readonly parent: Session | undefined;
}

/** A tree of its own, for whom and for what it declares. A task lies within the workload's own grants. */
export async function rootPlace(
  { registry, store, entropy }: PlaceParts,
  { task, upstream }: DeclaredPlace,
  member: MemberRef,
  now: Instant,
): Promise<Result<Place, Denial>> {
  const absoluteEndAt = plusSeconds(now, limits.sessionAbsoluteSeconds);
  const rootToBe = { ...member, task: undefined, absoluteEndAt };
  const narrowed = narrowTask(registry(), [rootToBe], task, now);
  if (!narrowed.ok) return narrowed;
  const handleOf = async (kind: 'principal' | 'upstream', id: string | undefined) =>
    upstream === undefined || id === undefined
      ? undefined
      : store.upstreamHandle(upstreamRef(kind, upstream.issuer, id), freshHandle(entropy));
  return ok({
    ...narrowed.value,
    transaction: encodeBase64url(entropy.bytes(16)),
    principal: await handleOf('principal', upstream?.subject),
    upstream: await handleOf('upstream', upstream?.sessionId),
    child: undefined,
    parent: undefined,
  });
}

/**
 * A place below whoever made the child join token: asked of today's policy again. Whoever comes with
 * evidence of another workload than the token is for is told no more than who guesses one.
 */
export async function childPlace(
  { issuer, registry, levelOf, store }: PlaceParts,
  { childJoinToken = '', task, upstream }: DeclaredPlace,
  member: MemberRef,
): Promise<Result<Place, Denial>> {
  if (upstream !== undefined) return refuse({ reason: 'upstream_malformed' });
  if (task !== undefined) {
    const fields = [{ field: 'task', fault: 'must be declared with the child join token' }];
    return refuse({ reason: 'task_malformed', fields });
  }
  const hash = sha256Base64url(childJoinToken);
  const token = await store.childJoinToken(hash);
  if (token === undefined || !isSame(token.member, member))
    return refuse({ reason: 'child_join_token_unknown', detail: { ...member } });
  const path = store.path(token.parent);
  const [root, parent] = [path[0], path.at(-1)];
  // Long ended: then the store has forgotten it.
  if (root === undefined || parent === undefined) return refuse({ reason: 'ancestor_ended' });
  const depthMax = mayHaveChild(registry(), path, member.name);
  if (!depthMax.ok) return depthMax;
  const doubt = childFaultAt(levelOfPath(path, levelOf));
  if (doubt !== undefined) return refuse(doubt);
  const child = { workload: member.name, task: token.task, ownEvidence: true };
  const tooLarge = childFits(issuer, registry(), path, child);
  if (tooLarge !== undefined) return refuse(tooLarge);
  const ends = path.map(({ absoluteEndAt }) => absoluteEndAt);
  return ok({
    task: token.task,
    absoluteEndAt: Math.min(token.absoluteEndAt, ...ends) as Instant,
    transaction: root.transaction,
    principal: root.principal,
    upstream: root.upstream,
    child: { hash, depthMax: depthMax.value },
    parent,
  });
}

function isSame(one: MemberRef, other: MemberRef): boolean {
  return one.kind === other.kind && one.name === other.name;
}
