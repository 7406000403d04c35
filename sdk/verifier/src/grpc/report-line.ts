import {
  bytesOfHandle,
  decodeBase64url,
  encodeBase64url,
  ok,
  type Result,
  refuse,
} from '@creance/proto';
import {
  ActionOutcome,
  ActionServiceService,
  type Observation,
  ReportActionsRequest,
  ReportActionsResponse,
} from '@creance/proto/wire';
import type { Report, ReportedAction, ReportFault, ReportReply } from '../reports/report.js';
import type { Voice } from './voice.js';

const hashBytes = 32;
const nothing = Buffer.alloc(0);

/** Carries reports over the verifier's session, whichever is open now. */
export class ReportLine {
  #voice: Voice | undefined;

  /** Speaks by this session from now on. */
  attach(voice: Voice): void {
    this.#voice = voice;
  }

  /** Sends a report. Never rejects; without a session it fails at once. */
  async send(report: Report): Promise<Result<ReportReply, ReportFault>> {
    if (this.#voice === undefined) return refuse({ status: 'UNAVAILABLE', reason: undefined });
    const request = Buffer.from(encodeReport(report));
    const { path } = ActionServiceService.reportActions;
    const sent = await this.#voice.call(path, () => request);
    return sent.ok ? replyOf(sent.value) : sent;
  }
}

/** The bytes of a report. */
export function encodeReport({ actions, proofs, dropped }: Report): Uint8Array {
  const observations = actions.map(observationOf);
  return ReportActionsRequest.encode({ observations, proofs: [...proofs], dropped }).finish();
}

function observationOf(reported: ReportedAction): Observation {
  const { id, sessionId, tokenHash, action, refusal, ageMillis, proof, foreignProof } = reported;
  const { destinations, origin, span } = reported;
  return {
    actionId: Buffer.from(id),
    sessionId: sessionId === undefined ? nothing : Buffer.from(bytesOfHandle(sessionId)),
    tokenHash: bytesOf(tokenHash),
    audience: '',
    action,
    outcome:
      refusal === undefined
        ? ActionOutcome.ACTION_OUTCOME_ALLOWED
        : ActionOutcome.ACTION_OUTCOME_REFUSED,
    refusal: refusal ?? '',
    ageMillis,
    vantage: {
      origin: origin?.isSeen ?? false,
      destination: destinations !== undefined,
      // It has seen that token and proof were good, and not what came of the action.
      outcome: false,
    },
    proof: proof && {
      counter: BigInt(proof.counter ?? 0),
      issuedUnixSeconds: BigInt(proof.issuedAt),
      hash: bytesOf(proof.hash),
    },
    foreignProof,
    destinations: (destinations ?? []).map(bytesOf),
    span: span && {
      traceId: Buffer.from(span.traceId, 'hex'),
      spanId: Buffer.from(span.spanId, 'hex'),
    },
    origin: origin && { networkPrefix: Buffer.from(origin.network), client: origin.client },
  };
}

function bytesOf(hash: string | undefined): Buffer {
  return Buffer.from(decodeBase64url(hash ?? '') ?? nothing);
}

/** An answer that cannot be read counts as none: the report is sent again, under the same ids. */
function replyOf(bytes: Buffer): Result<ReportReply, ReportFault> {
  try {
    const { dropped, proofsWanted } = ReportActionsResponse.decode(bytes);
    return ok({ dropped, proofsWanted: hashesOf(proofsWanted) });
  } catch {
    return refuse({ status: 'INTERNAL', reason: undefined });
  }
}

/** Hashes as base64url; what is none by its length is left out. */
export function hashesOf(hashes: readonly Uint8Array[]): string[] {
  return hashes.filter(({ length }) => length === hashBytes).map((hash) => encodeBase64url(hash));
}
