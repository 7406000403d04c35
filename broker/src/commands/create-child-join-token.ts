import { ok, refuse } from '@creance/proto';
import { type Instant, plusSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import type { OnAsked } from '../domain/policy-risk.js';
import type { Entropy } from '../runtime/entropy.js';
import type { Store } from '../store/store.js';
import { sha256Base64url } from '../tokens/signing-key.js';
import { type Command, sessionOf } from './call.js';
import { allowChild, type ChildParts } from './child.js';
import { freshJoinToken } from './fresh.js';
import { noteTask, type TaskAsk, taskFacts } from './task-ask.js';

/** Parts of the verb. */
export interface CreateChildJoinTokenParts extends ChildParts {
  readonly store: Pick<Store, 'path' | 'createChildJoinToken'>;
  readonly entropy: Entropy;
  readonly onAsked: OnAsked;
}

/** A child join token: bearer material, said once. */
export interface ChildJoinTokenAnswer {
  readonly childJoinToken: string;
  /** At most `limits.childJoinTokenSeconds` away, and never beyond the end of the child itself. */
  readonly expiresAt: Instant;
}

/**
 * Makes a token by which somebody with evidence and a key of its own becomes a child of the calling
 * session, once. Everything that policy asks of a child is asked now, and again when it is redeemed.
 */
export function createChildJoinToken(
  parts: CreateChildJoinTokenParts,
): Command<
  { readonly workload: string; readonly task: TaskAsk | undefined },
  ChildJoinTokenAnswer
> {
  return async ({ workload, task }, call) => {
    const parent = sessionOf(call);
    const path = parts.store.path(parent.id);
    noteTask(parts.onAsked, parent.id, task);
    const child = allowChild(parts, { path, workload, task, ownEvidence: true }, call.now);
    if (!child.ok) return child;
    const { absoluteEndAt } = child.value;
    const lastsUntil = plusSeconds(call.now, limits.childJoinTokenSeconds);
    const expiresAt = Math.min(lastsUntil, absoluteEndAt) as Instant;
    const childJoinToken = freshJoinToken(parts.entropy);
    const stored = await parts.store.createChildJoinToken({
      session: parent.id,
      provenKey: parent.key,
      hash: sha256Base64url(childJoinToken),
      member: { kind: 'workload', name: workload },
      now: call.now,
      ...child.value,
      expiresAt,
      audit: {
        kind: 'child_join_token_created',
        at: call.now,
        actor: parent.id,
        session: parent.id,
        requestId: call.requestId,
        facts: { name: workload, expiresAt, absoluteEndAt, ...taskFacts(child.value.task) },
      },
    });
    return stored.ok ? ok({ childJoinToken, expiresAt }) : refuse({ reason: stored.error });
  };
}
