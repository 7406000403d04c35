import {
  ok,
  parseSessionId,
  type Result,
  type Revision,
  refuse,
  sessionIdFromBytes,
} from '@creance/proto';
import {
  ListSessionsRequest,
  ListSessionsResponse,
  ListVerifiersRequest,
  ListVerifiersResponse,
  SessionState,
  type SessionSummary,
} from '@creance/proto/wire';
import {
  type ListedSession,
  type ListSessionsAsk,
  type SessionPage,
  type SessionStateWord,
  stateWordOf,
} from '../commands/list-sessions.js';
import type { Denial } from '../domain/denial.js';
import type { Instant } from '../domain/instant.js';
import type { Session } from '../domain/session.js';
import type { Subscriber } from '../feed/subscriber.js';
import { idFault, malformed, wireHandle, wireKind, wireSeconds } from './convert.js';
import { decodeMessage } from './reader.js';
import { encodeMessage } from './writer.js';

const pageSizeDefault = 50;
const pageSizeMax = 200;

/** Reads a ListSessionsRequest. */
export function readListSessions(bytes: Uint8Array): Result<ListSessionsAsk, Denial> {
  const decoded = decodeMessage(ListSessionsRequest, bytes);
  if (!decoded.ok) return decoded;
  const { pageSize, pageToken, treeOf: tree, workload, owner, state: wireState } = decoded.value;
  if (pageSize > pageSizeMax) return malformed('page_size', `must be at most ${pageSizeMax}`);
  const after = pageToken === '' ? undefined : parseSessionId(pageToken);
  if (after === undefined && pageToken !== '')
    return malformed('page_token', 'must come from the previous reply');
  const treeOf = sessionIdFromBytes(tree);
  if (treeOf === undefined && tree.length > 0) return malformed('tree_of', idFault);
  const state = stateWords.get(wireState);
  if (state === undefined && wireState !== SessionState.SESSION_STATE_UNSPECIFIED)
    return malformed('state', 'must be a state that the schema names');
  return ok({
    size: pageSize || pageSizeDefault,
    after,
    treeOf,
    workload: workload || undefined,
    owner: owner || undefined,
    state,
  });
}

/** Writes a ListSessionsResponse. */
export function writeListSessions({ sessions, next }: SessionPage): Buffer {
  return encodeMessage(ListSessionsResponse, {
    sessions: sessions.map(summaryOf),
    nextPageToken: next ?? '',
  });
}

/** A session as it goes over the wire. */
export function summaryOf(listed: ListedSession): SessionSummary {
  const { id, kind, name, parent, openedAt, activeAt, absoluteEndAt } = listed.session;
  return {
    sessionId: wireHandle(id),
    kind: wireKind(kind),
    name,
    parentId: parent === undefined ? Buffer.alloc(0) : wireHandle(parent),
    openedUnixMicros: BigInt(openedAt),
    activeUnixMicros: BigInt(activeAt),
    absoluteEndUnixSeconds: wireSeconds(absoluteEndAt),
    state: stateOf(listed.session),
    actionsAllowed: BigInt(listed.actionsAllowed),
    actionsRefused: BigInt(listed.actionsRefused),
    owner: listed.owner,
    seenUnixMicros: BigInt(listed.seenAt),
  };
}

const wireStates: { readonly [State in SessionStateWord]: SessionState } = {
  live: SessionState.SESSION_STATE_LIVE,
  suspended: SessionState.SESSION_STATE_SUSPENDED,
  revoked: SessionState.SESSION_STATE_REVOKED,
  ended: SessionState.SESSION_STATE_ENDED,
  expired: SessionState.SESSION_STATE_EXPIRED,
};

const stateWords: ReadonlyMap<SessionState, SessionStateWord> = new Map(
  Object.entries(wireStates).map(([word, state]) => [state, word as SessionStateWord]),
);

/** The state of a session as it goes over the wire. */
export function stateOf(session: Session): SessionState {
  return wireStates[stateWordOf(session)];
}

/** The verifiers that are subscribed, and where the log stands. */
export interface VerifierList {
  readonly subscribers: readonly Pick<Subscriber, 'name' | 'acknowledged'>[];
  readonly head: Revision;
  readonly now: Instant;
  /** Milliseconds by which the wall clock is off while it is not believed, else 0. */
  readonly clockOffMillis: number;
}

/** Reads a ListVerifiersRequest, which is empty. */
export function readListVerifiers(bytes: Uint8Array): Result<Record<string, never>, Denial> {
  const decoded = decodeMessage(ListVerifiersRequest, bytes);
  return decoded.ok ? ok({}) : refuse(decoded.error);
}

/** Writes a ListVerifiersResponse. */
export function writeListVerifiers({
  subscribers,
  head,
  now,
  clockOffMillis,
}: VerifierList): Buffer {
  const verifiers = subscribers.map(({ name, acknowledged }) => ({
    sessionId: wireHandle(name.session),
    resource: name.resource,
    acknowledgedRevision: BigInt(acknowledged),
  }));
  return encodeMessage(ListVerifiersResponse, {
    verifiers,
    revision: BigInt(head),
    nowUnixMicros: BigInt(now),
    clockOffMillis: BigInt(clockOffMillis),
  });
}
