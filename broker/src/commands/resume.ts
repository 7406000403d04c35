import { ok, type Result, refuse } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import { limits } from '../domain/limits.js';
import { pathFault } from '../domain/session.js';
import type { Store } from '../store/store.js';
import type { Call, Command } from './call.js';
import { needsSecond, type ProposeParts, propose, type Waits } from './propose.js';
import { operatorReason, operatorWrite } from './reason.js';
import type { HoldAsk } from './suspend.js';

/** Parts of the verb. */
export interface ResumeParts extends ProposeParts {
  readonly store: Pick<Store, 'path' | 'resumeSession' | 'propose'>;
}

/** What lives again: how many live sessions nothing holds any more. */
export interface Resumed {
  readonly sessionsResumed: number;
}

/**
 * Ends the hold of a session itself, with a reason (law 3). Outside development it waits for a second person.
 * Tokens from before the hold stay refused, and a hold above it stays.
 */
export function resume(parts: ResumeParts): Command<HoldAsk, Resumed | Waits> {
  return async ({ id, reason: words }, call) => {
    const reason = operatorReason(words);
    if (!reason.ok) return reason;
    if (needsSecond(parts.dev, call)) return wait(parts, id, reason.value, call);
    const write = operatorWrite('session_resumed', id, reason.value, call);
    const released = await parts.store.resumeSession(write);
    return released.ok
      ? ok({ sessionsResumed: released.value })
      : refuse({ reason: released.error });
  };
}

/** Keeps the end of this hold for a second person; what could not be resumed at all is refused at once. */
async function wait(
  parts: ResumeParts,
  id: HoldAsk['id'],
  reason: string,
  call: Call,
): Promise<Result<Waits, Denial>> {
  const path = parts.store.path(id);
  const session = path.at(-1);
  if (session === undefined) return refuse({ reason: 'session_unknown' });
  const fault = pathFault(path, call.now, limits.sessionIdleSeconds);
  if (fault !== undefined && fault !== 'session_suspended') return refuse({ reason: fault });
  const { suspendedAt: heldAt, heldFor = 'operator', revalidatedAt } = session;
  if (heldAt === undefined) return refuse({ reason: 'session_not_suspended' });
  if (heldFor === 'watch' && revalidatedAt === undefined)
    return refuse({ reason: 'revalidation_required' });
  return propose(parts, { kind: 'resume', session: id, heldAt, heldFor }, reason, call);
}
