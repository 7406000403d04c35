import type { Judged } from './judge.js';
import type { Primitives } from './primitives.js';
import { type ForeignProof, isForeignProofSigned } from './proofs.js';
import type { GenuineToken } from './tokens.js';
import type { SeenForeignProof, Sighting, Witness } from './witness.js';

/** Tells a witness what was judged. Nothing here is waited for, and nothing of it reaches the caller. */
export function tell(
  witness: Witness,
  action: string,
  judged: Judged,
  primitives: Primitives,
): void {
  const { foreign, token } = judged;
  try {
    if (foreign === undefined || token === undefined || !witness.wantsForeignProof(token.hash)) {
      witness.note(sightingOf(action, judged, undefined));
    } else {
      void tellForeign(witness, action, { judged, foreign, token }, primitives);
    }
  } catch {
    // A witness with a fault of its own ends no verifier.
  }
}

interface Theft {
  readonly judged: Judged;
  readonly foreign: ForeignProof;
  readonly token: GenuineToken;
}

/** The signature is checked only now: what is not signed proves nothing, and the broker would say so. */
async function tellForeign(
  witness: Witness,
  action: string,
  { judged, foreign, token }: Theft,
  primitives: Primitives,
): Promise<void> {
  try {
    const isSigned = await isForeignProofSigned(foreign, primitives);
    const { tokenText, proofText } = foreign;
    const shown = { token: tokenText, tokenHash: token.hash, proof: proofText };
    witness.note(sightingOf(action, judged, isSigned ? shown : undefined));
  } catch {
    // As above.
  }
}

function sightingOf(
  action: string,
  { verdict, token, isOurs, proof }: Judged,
  foreignProof: SeenForeignProof | undefined,
): Sighting {
  return {
    action,
    refusal: verdict.ok ? undefined : verdict.error.reason,
    sessionId: isOurs ? token?.claims.sessionId : undefined,
    tokenHash: isOurs ? undefined : token?.hash,
    proof,
    foreignProof,
  };
}
