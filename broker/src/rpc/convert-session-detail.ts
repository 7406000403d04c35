import { ok, type Result, type ScopeSet, sessionIdFromBytes } from '@creance/proto';
import {
  GetSessionRequest,
  GetSessionResponse,
  type SessionCause as SessionCauseMessage,
  type SessionReach,
  type SessionRisk as SessionRiskMessage,
} from '@creance/proto/wire';
import type { GetSessionAsk, SessionDetail, SessionRisk } from '../commands/get-session.js';
import type { SessionCause } from '../commands/session-cause.js';
import type { Denial } from '../domain/denial.js';
import { idFault, malformed, wireHandle, wireSeconds } from './convert.js';
import { pointOf, wireLevels } from './convert-explain.js';
import { summaryOf } from './convert-operator.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Reads a GetSessionRequest. */
export function readGetSession(bytes: Uint8Array): Result<GetSessionAsk, Denial> {
  const decoded = decodeMessage(GetSessionRequest, bytes);
  if (!decoded.ok) return decoded;
  const session = sessionIdFromBytes(decoded.value.sessionId);
  return session === undefined ? malformed('session_id', idFault) : ok({ session });
}

/** Writes a GetSessionResponse. */
export function writeGetSession(detail: SessionDetail): Buffer {
  const { listed, owner, above, children, sessionsBelow, idleEndAt, cause, opening } = detail;
  const { key, evidenceIssuer, ownEvidence, task } = listed.session;
  return encodeMessage(GetSessionResponse, {
    session: summaryOf(listed),
    contact: owner?.contact ?? '',
    escalation: owner?.escalation ?? '',
    above: above.map(summaryOf),
    children: children.map(summaryOf),
    sessionsBelow,
    keyThumbprint: key,
    idleEndUnixSeconds: idleEndAt === undefined ? 0n : wireSeconds(idleEndAt),
    cause: cause && causeMessage(cause),
    opening,
    evidenceIssuer: wireHandle(evidenceIssuer),
    ownEvidence,
    mayAsk: detail.mayAsk.map(({ resource, scopes }) => reachMessage(resource.name, scopes)),
    task: task && { grants: task.grants.map((one) => reachMessage(one.resource, one.scopes)) },
    risk: detail.risk && riskMessage(detail.risk),
  });
}

function causeMessage({
  kind,
  reason,
  author,
  at,
  revision,
  requestId,
}: SessionCause): SessionCauseMessage {
  return {
    kind,
    reason: reason ?? '',
    author,
    atUnixMicros: BigInt(at),
    revision: BigInt(revision),
    requestId: requestId ?? '',
  };
}

function reachMessage(resource: string, scopes: ScopeSet): SessionReach {
  return { resource, scopes: [...scopes] };
}

function riskMessage({ level, risk, peak, latest }: SessionRisk): SessionRiskMessage {
  return { level: wireLevels[level], risk, peakRisk: peak, latest: latest.map(pointOf) };
}
