import {
  handleFromBytes,
  nameCharsMax,
  ok,
  parseThumbprint,
  type Result,
  revisionFromWire,
  sessionIdFromBytes,
} from '@creance/proto';
import {
  CutRequest,
  CutResponse,
  Durability,
  ResumeRequest,
  ResumeResponse,
  SuspendRequest,
  SuspendResponse,
  type Upstream,
} from '@creance/proto/wire';
import type { CutAnswer, CutAsk, KeptBy } from '../commands/cut.js';
import type { Waits } from '../commands/propose.js';
import type { Resumed } from '../commands/resume.js';
import type { HoldAsk } from '../commands/suspend.js';
import type { Denial } from '../domain/denial.js';
import { idFault, malformed, revisionFault, thumbprintFault } from './convert.js';
import { wireProposal } from './convert-proposal.js';
import { upstreamOf } from './convert-upstream.js';
import { type Decodes, decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

type Target = Result<CutAsk['target'], Denial>;

/** Reads a CutRequest. */
export function readCut(bytes: Uint8Array): Result<CutAsk, Denial> {
  const decoded = decodeMessage(CutRequest, bytes);
  if (!decoded.ok) return decoded;
  const target = targetOf(decoded.value);
  return target.ok ? ok({ target: target.value, reason: decoded.value.reason }) : target;
}

function targetOf({ target }: CutRequest): Target {
  switch (target?.$case) {
    case 'sessionId': {
      const id = sessionIdFromBytes(target.value);
      return id === undefined ? malformed('session_id', idFault) : ok({ kind: 'session', id });
    }
    case 'beforeRevision': {
      const before = revisionFromWire(target.value);
      if (before === undefined) return malformed('before_revision', revisionFault);
      return ok({ kind: 'before', before: before === 0 ? undefined : before });
    }
    case 'workload':
    case 'owner':
      return namedOf(target.$case, target.value);
    case 'principal':
      return principalOf(target.value);
    case 'upstream':
      return upstreamTargetOf(target.value);
    case 'evidenceKey': {
      const key = parseThumbprint(target.value);
      return key === undefined
        ? malformed('evidence_key', thumbprintFault)
        : ok({ kind: 'evidence-key', key });
    }
    case 'evidenceIssuer': {
      const handle = handleFromBytes(target.value);
      return handle === undefined
        ? malformed('evidence_issuer', idFault)
        : ok({ kind: 'evidence-issuer', handle });
    }
    case undefined:
      return malformed('target', 'must name what to end');
  }
}

function namedOf(kind: 'workload' | 'owner', name: string): Target {
  return name === '' || name.length > nameCharsMax
    ? malformed(kind, `must be 1 to ${nameCharsMax} characters`)
    : ok({ kind, name });
}

/** A person: with a session id beside it, nobody could say which of the two was meant. */
function principalOf(message: Upstream): Target {
  const upstream = upstreamOf(message, 'principal');
  if (!upstream.ok) return upstream;
  const { issuer, subject, sessionId } = upstream.value;
  return subject === undefined || sessionId !== undefined
    ? malformed('principal', 'must name issuer and subject alone')
    : ok({ kind: 'principal', issuer, subject });
}

function upstreamTargetOf(message: Upstream): Target {
  const upstream = upstreamOf(message, 'upstream');
  if (!upstream.ok) return upstream;
  const { issuer, subject, sessionId } = upstream.value;
  return sessionId === undefined || subject !== undefined
    ? malformed('upstream', 'must name issuer and session id alone')
    : ok({ kind: 'upstream', issuer, sessionId });
}

/** Writes a CutResponse. */
export function writeCut(answer: CutAnswer): Buffer {
  const { revision, sessionsEnded, verifiersSubscribed, kept = 'store' } = answer;
  return encodeMessage(CutResponse, {
    revision: BigInt(revision),
    sessionsEnded,
    verifiersSubscribed,
    durability: durabilityOf[kept],
  });
}

/** What keeps a cut, on the wire. */
export const durabilityOf: Readonly<Record<KeptBy, Durability>> = {
  store: Durability.DURABILITY_STORED,
  journal: Durability.DURABILITY_PENDING,
  memory: Durability.DURABILITY_MEMORY,
};

/** Reads a SuspendRequest. */
export function readSuspend(bytes: Uint8Array): Result<HoldAsk, Denial> {
  return readHold(SuspendRequest, bytes);
}

/** Reads a ResumeRequest. */
export function readResume(bytes: Uint8Array): Result<HoldAsk, Denial> {
  return readHold(ResumeRequest, bytes);
}

function readHold(
  kind: Decodes<SuspendRequest | ResumeRequest>,
  bytes: Uint8Array,
): Result<HoldAsk, Denial> {
  const decoded = decodeMessage(kind, bytes);
  if (!decoded.ok) return decoded;
  const id = sessionIdFromBytes(decoded.value.sessionId);
  return id === undefined
    ? malformed('session_id', idFault)
    : ok({ id, reason: decoded.value.reason });
}

/** Writes a SuspendResponse; what a hold ends, it holds. */
export function writeSuspend({ revision, sessionsEnded, verifiersSubscribed }: CutAnswer): Buffer {
  return encodeMessage(SuspendResponse, {
    revision: BigInt(revision),
    sessionsSuspended: sessionsEnded,
    verifiersSubscribed,
  });
}

/** Writes a ResumeResponse. */
export function writeResume(answer: Resumed | Waits): Buffer {
  return 'waits' in answer
    ? encodeMessage(ResumeResponse, { sessionsResumed: 0, waits: wireProposal(answer.waits) })
    : encodeMessage(ResumeResponse, { ...answer, waits: undefined });
}
