import { ok, type Revision, refuse, type SessionId } from '@creance/proto';
import { limits } from '../domain/limits.js';
import type { CutDone, Store } from '../store/store.js';
import { actorOf, type Command } from './call.js';

/** What to end, and why. */
export interface CutAsk {
  readonly target:
    | { readonly kind: 'session'; readonly id: SessionId }
    /** Undefined means everything until now. */
    | { readonly kind: 'before'; readonly before: Revision | undefined };
  readonly reason: string;
}

/** What a cut did, and how many were told. */
export interface CutAnswer extends CutDone {
  readonly verifiersSubscribed: number;
}

/**
 * Ends something for good: one transaction, one row of the log, however much hangs below. The reason is
 * mandatory, the author is whoever calls. Both stay in the audit and never enter the feed.
 */
export function cut(
  store: Pick<Store, 'cutSession' | 'cutBefore'>,
  subscribers: () => number,
): Command<CutAsk, CutAnswer> {
  return async ({ target, reason }, call) => {
    const words = reason.trim();
    if (words.length < limits.reasonCharsMin || words.length > limits.reasonCharsMax) {
      return refuse({ reason: 'reason_missing' });
    }
    const { now, requestId } = call;
    const shared = { at: now, actor: actorOf(call), requestId };
    const facts = { reason: words };
    const done =
      target.kind === 'session'
        ? await store.cutSession({
            session: target.id,
            now,
            audit: { ...shared, kind: 'session_cut', session: target.id, facts },
          })
        : await store.cutBefore({
            before: target.before,
            now,
            audit: {
              ...shared,
              kind: 'before_cut',
              facts: { ...facts, before: target.before ?? 'now' },
            },
          });
    return done.ok
      ? ok({ ...done.value, verifiersSubscribed: subscribers() })
      : refuse({ reason: done.error });
  };
}
