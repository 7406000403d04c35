import {
  ok,
  parseSessionId,
  type Result,
  type Revision,
  refuse,
  revisionFromWire,
  type SessionId,
  sessionIdFromBytes,
} from '@creance/proto';
import {
  CutRequest,
  CutResponse,
  ListSessionsRequest,
  ListSessionsResponse,
  ListVerifiersRequest,
  ListVerifiersResponse,
  type SessionSummary,
} from '@creance/proto/wire';
import type { CutAnswer, CutAsk } from '../commands/cut.js';
import type { SessionPage } from '../commands/list-sessions.js';
import type { Denial } from '../domain/denial.js';
import type { Session } from '../domain/session.js';
import type { Subscriber } from '../feed/subscriber.js';
import { malformed, revisionFault, wireHandle, wireKind, wireSeconds } from './convert.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

/** Reads a CutRequest. */
export function readCut(bytes: Uint8Array): Result<CutAsk, Denial> {
  const decoded = decodeMessage(CutRequest, bytes);
  if (!decoded.ok) return decoded;
  const target = targetOf(decoded.value);
  return target.ok ? ok({ target: target.value, reason: decoded.value.reason }) : target;
}

function targetOf({ target }: CutRequest): Result<CutAsk['target'], Denial> {
  switch (target?.$case) {
    case 'sessionId': {
      const id = sessionIdFromBytes(target.value);
      return id === undefined
        ? malformed('session_id', 'must be 16 bytes')
        : ok({ kind: 'session', id });
    }
    case 'beforeRevision': {
      const before = revisionFromWire(target.value);
      if (before === undefined) return malformed('before_revision', revisionFault);
      return ok({ kind: 'before', before: before === 0 ? undefined : before });
    }
    case undefined:
      return malformed('target', 'must name what to end');
  }
}

/** Writes a CutResponse. */
export function writeCut({ revision, sessionsEnded, verifiersSubscribed }: CutAnswer): Buffer {
  const at = BigInt(revision);
  return encodeMessage(CutResponse, { revision: at, sessionsEnded, verifiersSubscribed });
}

const pageSizeDefault = 50;
const pageSizeMax = 200;

/** Reads a ListSessionsRequest. */
export function readListSessions(
  bytes: Uint8Array,
): Result<{ readonly size: number; readonly after: SessionId | undefined }, Denial> {
  const decoded = decodeMessage(ListSessionsRequest, bytes);
  if (!decoded.ok) return decoded;
  const { pageSize, pageToken } = decoded.value;
  if (pageSize > pageSizeMax) return malformed('page_size', `must be at most ${pageSizeMax}`);
  const after = pageToken === '' ? undefined : parseSessionId(pageToken);
  if (after === undefined && pageToken !== '')
    return malformed('page_token', 'must come from the previous reply');
  return ok({ size: pageSize || pageSizeDefault, after });
}

/** Writes a ListSessionsResponse. */
export function writeListSessions({ sessions, next }: SessionPage): Buffer {
  return encodeMessage(ListSessionsResponse, {
    sessions: sessions.map(summaryOf),
    nextPageToken: next ?? '',
  });
}

function summaryOf(session: Session): SessionSummary {
  const { id, kind, name, parent, openedAt, activeAt, absoluteEndAt } = session;
  return {
    sessionId: wireHandle(id),
    kind: wireKind(kind),
    name,
    parentId: parent === undefined ? Buffer.alloc(0) : wireHandle(parent),
    openedUnixMicros: BigInt(openedAt),
    activeUnixMicros: BigInt(activeAt),
    absoluteEndUnixSeconds: wireSeconds(absoluteEndAt),
  };
}

/** The verifiers that are subscribed, and where the log stands. */
export interface VerifierList {
  readonly subscribers: readonly Pick<Subscriber, 'name' | 'acknowledged'>[];
  readonly head: Revision;
}

/** Reads a ListVerifiersRequest, which is empty. */
export function readListVerifiers(bytes: Uint8Array): Result<Record<string, never>, Denial> {
  const decoded = decodeMessage(ListVerifiersRequest, bytes);
  return decoded.ok ? ok({}) : refuse(decoded.error);
}

/** Writes a ListVerifiersResponse. */
export function writeListVerifiers({ subscribers, head }: VerifierList): Buffer {
  const verifiers = subscribers.map(({ name, acknowledged }) => ({
    sessionId: wireHandle(name.session),
    resource: name.resource,
    acknowledgedRevision: BigInt(acknowledged),
  }));
  return encodeMessage(ListVerifiersResponse, { verifiers, revision: BigInt(head) });
}
