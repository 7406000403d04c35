import type { DestinationHash, Reason, Result, SessionId } from '@creance/proto';
import type { SpanReference } from '../telemetry/reference.js';
import type { SeenOrigin } from '../witness.js';

/** One sighting as it goes out. */
export interface ReportedAction {
  /** 16 bytes, the agent's own or random: tried again, a report counts once. */
  readonly id: Uint8Array;
  readonly sessionId: SessionId | undefined;
  /** SHA-256 as base64url. */
  readonly tokenHash: string | undefined;
  readonly action: string;
  /** The verifier's reason; undefined when the action was allowed. */
  readonly refusal: string | undefined;
  /** Milliseconds since it was seen. */
  readonly ageMillis: number;
  readonly proof:
    | {
        readonly counter: number | undefined;
        readonly issuedAt: number;
        /** SHA-256 of its compact form as base64url. */
        readonly hash: string;
      }
    | undefined;
  readonly foreignProof: { readonly token: string; readonly proof: string } | undefined;
  /** What it was aimed at, each once; undefined when the resource did not say, or there was no key. */
  readonly destinations: readonly DestinationHash[] | undefined;
  readonly origin: SeenOrigin | undefined;
  readonly span: SpanReference | undefined;
}

/** A batch of sightings. */
export interface Report {
  readonly actions: readonly ReportedAction[];
  /** Proofs that the broker has asked for, in compact form. */
  readonly proofs: readonly string[];
  /** Sightings dropped since the last report. */
  readonly dropped: number;
}

/** What the broker says to a report. Only its form was checked. */
export interface ReportReply {
  /** Sightings that the broker dropped. */
  readonly dropped: number;
  /** Hashes of proofs that it wants to see, as base64url. */
  readonly proofsWanted: readonly string[];
}

/** Why a report was not taken. */
export interface ReportFault {
  /** gRPC status by its name, or the like of another transport. */
  readonly status: string;
  readonly reason: Reason | undefined;
}

/** Carries a report to the broker. Never rejects. */
export type SendReport = (report: Report) => Promise<Result<ReportReply, ReportFault>>;
