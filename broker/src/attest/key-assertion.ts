import { ok, refuse } from '@creance/proto';
import type { Store } from '../store/store.js';
import { type AssertionParts, checkAssertion, useOnce } from './assertions.js';
import type { Attestor } from './evidence.js';
import { evidenceKeyFault } from './evidence-key.js';

/** Attests by a signed assertion of a key that a join token registered. */
export function keyAssertionAttestor(
  store: Pick<Store, 'evidenceKey'>,
  parts: AssertionParts,
): Attestor<'key-assertion'> {
  return async ({ assertion }, presentation) => {
    const genuine = checkAssertion(assertion, presentation, parts);
    if (!genuine.ok) return genuine;
    const { evidenceKey } = genuine.value;
    const known = await store.evidenceKey(evidenceKey);
    if (known === undefined)
      return refuse({ reason: 'evidence_key_unknown', detail: { key: evidenceKey } });
    const { member, expiresAt } = known;
    // A cut is named first: it is for good, and no join token helps.
    if (presentation.now >= expiresAt && !known.isCut) {
      const detail = { ...member, key: evidenceKey, expiresAt };
      return refuse({ reason: 'evidence_key_expired', detail });
    }
    const fault = evidenceKeyFault(known, presentation.now);
    if (fault !== undefined) return refuse(fault);
    const used = useOnce(genuine.value, parts);
    if (!used.ok) return used;
    return ok({ member, evidenceKey, joinTokenHash: undefined });
  };
}
