import { ok, type Result, refuse, type SessionId } from '@creance/proto';
import type { AuditKind } from '../domain/audit.js';
import type { Denial } from '../domain/denial.js';
import { limits } from '../domain/limits.js';
import type { SessionCut } from '../store/store.js';
import { actorOf, type Call } from './call.js';

/** The reason that an operator gives, without the space around it: kept in the audit, never in the feed. */
export function operatorReason(words: string): Result<string, Denial> {
  const trimmed = words.trim();
  const isReason =
    trimmed.length >= limits.reasonCharsMin && trimmed.length <= limits.reasonCharsMax;
  return isReason ? ok(trimmed) : refuse({ reason: 'reason_missing' });
}

/** What an operator does to one session, with author and reason for the audit. */
export function operatorWrite(
  kind: AuditKind,
  session: SessionId,
  reason: string,
  call: Call,
): SessionCut {
  const { now, requestId } = call;
  const audit = { kind, at: now, actor: actorOf(call), session, requestId, facts: { reason } };
  return { session, now, audit };
}
