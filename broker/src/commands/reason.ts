import { ok, type Result, refuse } from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import { limits } from '../domain/limits.js';

/** The reason that an operator gives, without the space around it: kept in the audit, never in the feed. */
export function operatorReason(words: string): Result<string, Denial> {
  const trimmed = words.trim();
  const isReason =
    trimmed.length >= limits.reasonCharsMin && trimmed.length <= limits.reasonCharsMax;
  return isReason ? ok(trimmed) : refuse({ reason: 'reason_missing' });
}
