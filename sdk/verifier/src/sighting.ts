import { parseHandle } from '@creance/proto';
import type { SeenDestinations } from './destinations.js';
import type { Judged } from './judge.js';
import { foldOrigin, type Origin } from './origin.js';
import type { Primitives } from './primitives.js';
import { type ForeignProof, isForeignProofSigned } from './proofs.js';
import type { SpanReference } from './telemetry/reference.js';
import type { GenuineToken } from './tokens.js';
import type { SeenForeignProof, Sighting, Witness } from './witness.js';

/** How a request is to be reported. */
export interface ReportedAs {
  readonly action: string;
  /** What the requester says; null or undefined when nothing. */
  readonly unverifiedId: string | null | undefined;
  readonly destinations: SeenDestinations | undefined;
  readonly origin: Origin | undefined;
  readonly span?: SpanReference | undefined;
}

/** Tells a witness what was judged. Nothing here is waited for, and nothing of it reaches the caller. */
export function tell(
  witness: Witness,
  as: ReportedAs,
  judged: Judged,
  primitives: Primitives,
): void {
  const { foreign, token } = judged;
  try {
    if (foreign === undefined || token === undefined || !witness.wantsForeignProof(token.hash)) {
      witness.note(sightingOf(as, judged, undefined));
    } else {
      void tellForeign(witness, as, { judged, foreign, token }, primitives);
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
  as: ReportedAs,
  { judged, foreign, token }: Theft,
  primitives: Primitives,
): Promise<void> {
  try {
    const isSigned = await isForeignProofSigned(foreign, primitives);
    const { tokenText, proofText } = foreign;
    const shown = { token: tokenText, tokenHash: token.hash, proof: proofText };
    witness.note(sightingOf(as, judged, isSigned ? shown : undefined));
  } catch {
    // As above.
  }
}

function sightingOf(
  { action, unverifiedId, destinations, origin, span }: ReportedAs,
  { verdict, token, isOurs, proof }: Judged,
  foreignProof: SeenForeignProof | undefined,
): Sighting {
  return {
    action,
    // Whoever has the session's key may name its actions, and nobody else.
    actionId: proof === undefined ? undefined : parseHandle(unverifiedId ?? ''),
    refusal: verdict.ok ? undefined : verdict.error.reason,
    sessionId: isOurs ? token?.claims.sessionId : undefined,
    tokenHash: isOurs ? undefined : token?.hash,
    proof,
    foreignProof,
    destinations,
    // Of nobody's token nothing is reported: it is worth no work.
    origin: token && foldOrigin(origin),
    span,
  };
}
