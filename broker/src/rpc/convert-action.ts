import {
  decodeBase64url,
  destinationHashFromBytes,
  encodeBase64url,
  ok,
  proofCharsMax,
  type Result,
  sessionIdFromBytes,
  tokenCharsParsedMax,
  uriCharsMax,
} from '@creance/proto';
import {
  ActionOutcome,
  type Observation as ObservationMessage,
  type ProofSeen as ProofSeenMessage,
  ReportActionsRequest,
  ReportActionsResponse,
} from '@creance/proto/wire';
import type { ActionReport, Observation, ProofSeen, ReportTaken } from '../domain/action.js';
import type { Denial } from '../domain/denial.js';
import { idFault, malformed } from './convert.js';
import { printFault, unprintable } from './printable.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Bytes of an action's id, and of every hash. */
const actionIdBytes = 16;
const hashBytes = 32;
/** Characters of an action's name and of a verifier's reason. */
const actionCharsMax = 128;
const refusalCharsMax = 64;
/** Destinations of one action, characters of a client's family, bytes of a /24 and a /48. */
const destinationsMax = 16;
const clientCharsMax = 64;
const prefixBytes = [3, 6] as const;
/** Bytes of a trace's id and of a span's (W3C Trace Context §3.2.2). */
const traceIdBytes = 16;
const spanIdBytes = 8;

const hashFault = `must be ${hashBytes} bytes`;
const spanIdFault = (bytes: number) => `must be ${bytes} bytes, not all zero`;
const charsFault = (most: number) => `must be at most ${most} characters`;

/** Reads a ReportActionsRequest. */
export function readReportActions(bytes: Uint8Array): Result<ActionReport, Denial> {
  const decoded = decodeMessage(ReportActionsRequest, bytes);
  return decoded.ok ? actionReportOf(decoded.value) : decoded;
}

/** Reads a ReportActionsRequest that is decoded. How many of anything it may hold, the command says. */
export function actionReportOf(request: ReportActionsRequest): Result<ActionReport, Denial> {
  const { proofs, dropped } = request;
  if (proofs.some((proof) => proof.length > proofCharsMax))
    return malformed('proofs', charsFault(proofCharsMax));
  const observations: Observation[] = [];
  for (const [at, message] of request.observations.entries()) {
    const fault = formFault(message);
    if (fault !== undefined) return malformed(`observations[${at}].${fault[0]}`, fault[1]);
    observations.push(observationOf(message));
  }
  return ok({ observations, proofs, dropped });
}

/** A field whose form is wrong, and what is wrong with it. */
type Fault = readonly [string, string];

/** The first field whose form is wrong, and what is wrong with it. */
function formFault(message: ObservationMessage): Fault | undefined {
  const { actionId, sessionId, tokenHash, foreignProof, proof } = message;
  if (actionId.length !== actionIdBytes) return ['action_id', idFault];
  if (sessionId.length !== 0 && sessionIdFromBytes(sessionId) === undefined)
    return ['session_id', idFault];
  if (tokenHash.length !== 0 && tokenHash.length !== hashBytes) return ['token_hash', hashFault];
  if (message.audience.length > uriCharsMax) return ['audience', charsFault(uriCharsMax)];
  if (message.action.length > actionCharsMax) return ['action', charsFault(actionCharsMax)];
  if (unprintable.test(message.action)) return ['action', printFault];
  if (outcomeOf(message.outcome) === undefined) return ['outcome', 'must be allowed or refused'];
  if (message.refusal.length > refusalCharsMax) return ['refusal', charsFault(refusalCharsMax)];
  if (unprintable.test(message.refusal)) return ['refusal', printFault];
  if (proof !== undefined && proofSeenOf(proof) === undefined)
    return ['proof', 'must be a counter, a time and a hash of 32 bytes'];
  return aimFault(message) ?? foreignProofFault(foreignProof) ?? spanFault(message);
}

function aimFault({ destinations, origin }: ObservationMessage): Fault | undefined {
  if (destinations.length > destinationsMax)
    return ['destinations', `must be at most ${destinationsMax}`];
  if (destinations.some((hash) => destinationHashFromBytes(hash) === undefined))
    return ['destinations', idFault];
  if (origin === undefined) return undefined;
  if (![0, ...prefixBytes].includes(origin.networkPrefix.length))
    return ['origin.network_prefix', 'must be 3 bytes of a /24 or 6 of a /48'];
  if (origin.client.length > clientCharsMax) return ['origin.client', charsFault(clientCharsMax)];
  return unprintable.test(origin.client) ? ['origin.client', printFault] : undefined;
}

function foreignProofFault(foreignProof: ObservationMessage['foreignProof']): Fault | undefined {
  if (foreignProof === undefined) return undefined;
  if (foreignProof.token.length > tokenCharsParsedMax)
    return ['foreign_proof.token', charsFault(tokenCharsParsedMax)];
  return foreignProof.proof.length > proofCharsMax
    ? ['foreign_proof.proof', charsFault(proofCharsMax)]
    : undefined;
}

/** An id of zeros is none: whatever is not a span must not be taken for one. */
function spanFault({ span }: ObservationMessage): Fault | undefined {
  if (span === undefined) return undefined;
  if (!isId(span.traceId, traceIdBytes)) return ['span.trace_id', spanIdFault(traceIdBytes)];
  return isId(span.spanId, spanIdBytes) ? undefined : ['span.span_id', spanIdFault(spanIdBytes)];
}

function isId(bytes: Uint8Array, length: number): boolean {
  return bytes.length === length && bytes.some((byte) => byte !== 0);
}

function observationOf(message: ObservationMessage): Observation {
  const { sessionId, tokenHash, vantage, proof, foreignProof, span } = message;
  return {
    id: encodeBase64url(message.actionId),
    session: sessionIdFromBytes(sessionId),
    tokenHash: tokenHash.length === 0 ? undefined : encodeBase64url(tokenHash),
    audience: message.audience || undefined,
    action: message.action,
    outcome: outcomeOf(message.outcome) ?? 'refused',
    refusal: message.refusal || undefined,
    ageMillis: message.ageMillis,
    vantage: {
      origin: vantage?.origin ?? false,
      destination: vantage?.destination ?? false,
      outcome: vantage?.outcome ?? false,
    },
    proof: proof && proofSeenOf(proof),
    destinations: message.destinations
      .map((hash) => destinationHashFromBytes(hash))
      .filter((hash) => hash !== undefined),
    network: networkOf(message.origin?.networkPrefix),
    client: message.origin?.client || undefined,
    foreignProof: foreignProof && { token: foreignProof.token, proof: foreignProof.proof },
    span: span && { traceId: span.traceId.toString('hex'), spanId: span.spanId.toString('hex') },
  };
}

/** As people write a prefix; undefined when the witness did not see it. */
function networkOf(prefix: Uint8Array | undefined): string | undefined {
  if (prefix === undefined || prefix.length === 0) return undefined;
  if (prefix.length === prefixBytes[0]) return `${prefix.join('.')}.0/24`;
  const groups = [0, 2, 4].map((at) =>
    (((prefix[at] ?? 0) << 8) | (prefix[at + 1] ?? 0)).toString(16),
  );
  return `${groups.join(':')}::/48`;
}

/** Undefined for zero and all unknown numbers. */
function outcomeOf(outcome: ActionOutcome): Observation['outcome'] | undefined {
  switch (outcome) {
    case ActionOutcome.ACTION_OUTCOME_ALLOWED:
      return 'allowed';
    case ActionOutcome.ACTION_OUTCOME_REFUSED:
      return 'refused';
    default:
      return undefined;
  }
}

/** Undefined when a number is one that a double does not hold, or the hash is none. */
function proofSeenOf(proof: ProofSeenMessage): ProofSeen | undefined {
  const counter = wholeNumber(proof.counter);
  const issuedAt = wholeNumber(proof.issuedUnixSeconds);
  if (counter === undefined || issuedAt === undefined || proof.hash.length !== hashBytes)
    return undefined;
  return { counter, issuedAt, hash: encodeBase64url(proof.hash) };
}

function wholeNumber(value: bigint): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** Writes a ReportActionsResponse. */
export function writeReportActions(taken: ReportTaken): Buffer {
  return encodeMessage(ReportActionsResponse, takenMessage(taken));
}

/** The same before it is encoded. */
export function takenMessage({ taken, dropped, proofsWanted }: ReportTaken): ReportActionsResponse {
  const hashes = proofsWanted.map((hash) => Buffer.from(decodeBase64url(hash) ?? []));
  return { taken, dropped, proofsWanted: hashes };
}
