import { ok, type Revision, refuse, type Thumbprint } from '@creance/proto';
import type { Attestor, Evidence } from '../attest/evidence.js';
import type { Store } from '../store/store.js';
import { type Command, newKeyFault, sessionOf } from './call.js';

/** What a session is bound to another key with. */
export interface RekeyAsk {
  readonly key: Thumbprint;
  /** A key assertion of the session's own evidence key that vouches for the new key. */
  readonly evidence: Evidence | undefined;
}

/** Parts of the verb. */
export interface RekeySessionParts {
  readonly store: Pick<Store, 'rekeySession'>;
  readonly attestor: Attestor<'key-assertion'>;
}

/**
 * Binds the calling session to another key: proved by the old one and the new one, vouched for by the
 * evidence key. A thief of the session key alone cannot move the session to a key of his own, and a
 * child that shares its parent's evidence has none to vouch with.
 */
export function rekeySession(parts: RekeySessionParts): Command<RekeyAsk, Revision> {
  return async ({ key, evidence }, call) => {
    const session = sessionOf(call);
    const fault = newKeyFault(call, key);
    if (fault !== undefined) return refuse(fault);
    if (!session.ownEvidence || evidence?.kind !== 'key-assertion')
      return refuse({ reason: 'rekey_needs_evidence' });
    const { address, now, requestId } = call;
    const attested = await parts.attestor(evidence, { sessionKey: key, address, now });
    if (!attested.ok) return attested;
    const { member, evidenceKey } = attested.value;
    if (member.kind !== session.kind || member.name !== session.name)
      return refuse({ reason: 'rekey_needs_evidence', detail: { presented: member.name } });
    const rekeyed = await parts.store.rekeySession({
      session: session.id,
      provenKey: session.key,
      key,
      evidenceKey,
      now,
      audit: {
        kind: 'session_rekeyed',
        at: now,
        actor: session.id,
        session: session.id,
        requestId,
        facts: { keyBefore: session.key, key, evidenceKey },
      },
    });
    return rekeyed.ok ? ok(rekeyed.value) : refuse({ reason: rekeyed.error });
  };
}
