import { ok, refuse, type SessionId, type Thumbprint } from '@creance/proto';
import type { OnAsked } from '../domain/policy-risk.js';
import type { Session } from '../domain/session.js';
import type { Entropy } from '../runtime/entropy.js';
import type { Store } from '../store/store.js';
import { type Call, type Command, newKeyFault, sessionOf } from './call.js';
import { type AllowedChild, allowChild, type ChildParts } from './child.js';
import { freshSessionId } from './fresh.js';
import { noteTask, type TaskAsk, taskFacts } from './task-ask.js';

/** Parts of the verb. */
export interface DelegateSessionParts extends ChildParts {
  readonly store: Pick<Store, 'path' | 'delegateSession'>;
  readonly entropy: Entropy;
  readonly onAsked: OnAsked;
}

/**
 * Opens a child of the calling session in the same process: the same workload and evidence, a key of its
 * own that has proved the call too. Policy along the path → one store step that checks every ancestor,
 * keeps the bounds and appends the audit record. The same key again gets the same child.
 */
export function delegateSession(
  parts: DelegateSessionParts,
): Command<{ readonly key: Thumbprint; readonly task: TaskAsk | undefined }, Session> {
  return async ({ key, task }, call) => {
    const parent = sessionOf(call);
    const fault = newKeyFault(call, key);
    if (fault !== undefined) return refuse(fault);
    const path = parts.store.path(parent.id);
    noteTask(parts.onAsked, parent.id, task);
    const ask = { path, workload: parent.name, task, ownEvidence: false };
    const child = allowChild(parts, ask, call.now);
    if (!child.ok) return child;
    const id = freshSessionId(parts.entropy);
    const delegated = await parts.store.delegateSession({
      session: parent.id,
      provenKey: parent.key,
      id,
      key,
      now: call.now,
      ...child.value,
      audit: auditOf(parent, id, child.value, call),
    });
    return delegated.ok ? ok(delegated.value) : refuse({ reason: delegated.error });
  };
}

function auditOf(parent: Session, id: SessionId, child: AllowedChild, call: Call) {
  return {
    kind: 'session_delegated',
    at: call.now,
    actor: parent.id,
    session: id,
    requestId: call.requestId,
    facts: {
      parent: parent.id,
      name: parent.name,
      absoluteEndAt: child.absoluteEndAt,
      ...taskFacts(child.task),
    },
  } as const;
}
