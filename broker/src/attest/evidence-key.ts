import type { Denial } from '../domain/denial.js';
import type { Instant } from '../domain/instant.js';
import type { EvidenceKey } from '../store/store.js';

/**
 * Why a registered evidence key opens nothing now: cut for good, or held for a while after a theft. Asked
 * once the assertion is known to be genuine, so that a stranger learns nothing of a key. The store asks
 * again in the transaction that uses it.
 */
export function evidenceKeyFault(
  { isCut, heldUntil, key, member }: Pick<EvidenceKey, 'isCut' | 'heldUntil' | 'key' | 'member'>,
  now: Instant,
): Denial | undefined {
  const detail = { ...member, key };
  if (isCut) return { reason: 'evidence_key_revoked', detail };
  if (now >= heldUntil) return undefined;
  // How long and why is nobody's business but the owner's; how long to wait, the caller's.
  const retryAfterMillis = Math.ceil((heldUntil - now) / 1_000);
  return { reason: 'evidence_held', retryAfterMillis, detail: { ...detail, heldUntil } };
}
