import {
  type Handle,
  ok,
  type Revision,
  refuse,
  type SessionId,
  type Thumbprint,
} from '@creance/proto';
import type { AuditEvent } from '../domain/audit.js';
import type { CutDone, CutTarget, Store } from '../store/store.js';
import { actorOf, type Call, type Command } from './call.js';
import { operatorReason, operatorWrite } from './reason.js';
import { upstreamRef } from './upstream-ask.js';

/** What to end, and why. */
export interface CutAsk {
  readonly target:
    | { readonly kind: 'session'; readonly id: SessionId }
    /** Undefined means everything until now. */
    | { readonly kind: 'before'; readonly before: Revision | undefined }
    | HandleTarget;
  readonly reason: string;
}

/** What ends with everything that hangs below it now; what is opened afterwards lives. */
type HandleTarget =
  | { readonly kind: 'workload' | 'owner'; readonly name: string }
  | { readonly kind: 'principal'; readonly issuer: string; readonly subject: string }
  | { readonly kind: 'upstream'; readonly issuer: string; readonly sessionId: string }
  | { readonly kind: 'evidence-key'; readonly key: Thumbprint }
  | { readonly kind: 'evidence-issuer'; readonly handle: Handle };

/** What a cut did, and how many were told. */
export interface CutAnswer extends CutDone {
  readonly verifiersSubscribed: number;
  /** What keeps it; undefined of a hold, which stands once the store has it. */
  readonly kept?: KeptBy;
}

/** What keeps a cut that stands: the store, its journal, or memory alone. */
export type KeptBy = ReturnType<Store['keptBy']>;

/**
 * Ends something for good: one transaction, one row of the log, however much hangs below; where the store cannot
 * take it, the journal. The reason is mandatory, the author is whoever calls. Both stay in the audit and never enter the feed.
 */
export function cut(
  store: Pick<Store, 'cutSession' | 'cutBefore' | 'cutHandle' | 'keptBy'>,
  subscribers: () => number,
): Command<CutAsk, CutAnswer> {
  return async ({ target, reason }, call) => {
    const words = operatorReason(reason);
    if (!words.ok) return words;
    const done = await cutTarget(store, target, words.value, call);
    if (!done.ok) return refuse({ reason: done.error });
    const kept = store.keptBy(done.value.revision);
    return ok({ ...done.value, verifiersSubscribed: subscribers(), kept });
  };
}

function cutTarget(
  store: Parameters<typeof cut>[0],
  target: CutAsk['target'],
  reason: string,
  call: Call,
) {
  const { now, requestId } = call;
  const shared = { at: now, actor: actorOf(call), requestId };
  if (target.kind === 'session')
    return store.cutSession(operatorWrite('session_cut', target.id, reason, call));
  if (target.kind === 'before') {
    const facts = { reason, before: target.before ?? 'now' };
    const audit = { ...shared, kind: 'before_cut', facts } as const;
    return store.cutBefore({ before: target.before, now, audit });
  }
  const stored = storedTarget(target);
  const facts = { reason, ...targetFacts(stored) };
  return store.cutHandle({ target: stored, now, audit: { ...shared, kind: 'handle_cut', facts } });
}

function storedTarget(target: HandleTarget): CutTarget {
  if (target.kind === 'principal') return upstreamRef('principal', target.issuer, target.subject);
  if (target.kind === 'upstream') return upstreamRef('upstream', target.issuer, target.sessionId);
  return target as CutTarget;
}

/** Persons and logins by their hash: their names are written down nowhere. */
function targetFacts(target: CutTarget): AuditEvent['facts'] {
  const { kind } = target;
  if (kind === 'workload' || kind === 'owner') return { target: kind, name: target.name };
  if (kind === 'evidence-key') return { target: kind, key: target.key };
  return kind === 'evidence-issuer'
    ? { target: kind, handle: target.handle }
    : { target: kind, hash: target.hash };
}
