import type { SessionId } from '@creance/proto';
import type { Sighting } from '../witness.js';
import { newHandle } from './test-issuer.js';

/** A session of nobody. */
export const newSession = (): SessionId => newHandle() as SessionId;

/** An allowed action of a session, with a proof of its own. */
export function allowed(sessionId: SessionId, changes: Partial<Sighting> = {}): Sighting {
  return {
    action: 'GET /contacts/:id',
    refusal: undefined,
    sessionId,
    tokenHash: undefined,
    proof: { text: `proof ${newHandle()}`, counter: 1, issuedAt: 1_785_000_000 },
    foreignProof: undefined,
    ...changes,
  };
}

/** A refused use of a session's token. */
export function refused(sessionId: SessionId, changes: Partial<Sighting> = {}): Sighting {
  return allowed(sessionId, { refusal: 'proof_replayed', ...changes });
}

/** A theft of a session's token, as large as it may be. */
export function theft(sessionId: SessionId, tokenHash: string = newHandle()): Sighting {
  const foreignProof = { token: 't'.repeat(4_096), tokenHash, proof: 'p'.repeat(2_048) };
  return allowed(sessionId, { refusal: 'proof_wrong_key', proof: undefined, foreignProof });
}
