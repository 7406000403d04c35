import { handleFromBytes } from '@creance/proto';
import {
  ListSessionsRequest,
  ListSessionsResponse,
  SessionState,
  type SessionSummary,
} from '@creance/proto/wire';
import { memberKindOf } from '../rpc/convert.js';
import type { OperatorLine } from '../rpc/operator-client.js';
import { call } from './operator-call.js';
import { instantText } from './output.js';

/** A session as the command shows it. */
export interface SessionRow extends Record<string, string | number> {
  readonly session: string;
  /** Empty for a root. */
  readonly parent: string;
  readonly kind: string;
  readonly name: string;
  readonly owner: string;
  readonly state: string;
  readonly opened: string;
  /** Its last call to the broker: what the idle end counts from. */
  readonly active: string;
  /** The last that the broker knows of it, actions that were reported included. */
  readonly lastSeen: string;
  readonly ends: string;
  /** Unix time in microseconds. */
  readonly openedMicros: number;
  /** Unix time in microseconds. */
  readonly lastSeenMicros: number;
  readonly actionsAllowed: number;
  readonly actionsRefused: number;
}

/** The states that a list may be narrowed to: others are not listed without a tree. */
export const listedStates = ['live', 'suspended'] as const;

/** Which sessions to list; all where nothing is named. */
export interface SessionFilter {
  readonly workload?: string;
  readonly owner?: string;
  readonly state?: (typeof listedStates)[number];
}

const statesByWord = {
  all: SessionState.SESSION_STATE_UNSPECIFIED,
  live: SessionState.SESSION_STATE_LIVE,
  suspended: SessionState.SESSION_STATE_SUSPENDED,
} as const;

const pageSizeMax = 200;
const noBytes = Buffer.alloc(0);

/** The sessions that the broker lists, page by page, and whether there are more than so many. */
export async function listedSessions(
  line: OperatorLine,
  ask: SessionFilter & { readonly limit: number; readonly treeOf?: Buffer },
): Promise<{ readonly rows: readonly SessionRow[]; readonly more: boolean }> {
  const rows: SessionRow[] = [];
  const narrow = {
    workload: ask.workload ?? '',
    owner: ask.owner ?? '',
    state: statesByWord[ask.state ?? 'all'],
  };
  let pageToken = '';
  do {
    const pageSize = Math.min(pageSizeMax, ask.limit - rows.length);
    const treeOf = ask.treeOf ?? noBytes;
    const request = ListSessionsRequest.encode({ pageSize, pageToken, treeOf, ...narrow }).finish();
    const page = ListSessionsResponse.decode(
      await call(line, '/creance.v1.OperatorService/ListSessions', request),
    );
    rows.push(...page.sessions.map(rowOf));
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && rows.length < ask.limit);
  return { rows, more: pageToken !== '' };
}

/** A session as the command shows it. */
export function rowOf(summary: SessionSummary): SessionRow {
  // A broker of an earlier version does not know of the other.
  const seen = summary.seenUnixMicros || summary.activeUnixMicros;
  return {
    session: handleFromBytes(summary.sessionId) ?? '',
    parent: handleFromBytes(summary.parentId) ?? '',
    kind: memberKindOf(summary.kind) ?? 'unknown',
    name: summary.name,
    owner: summary.owner,
    state: stateWord(summary.state),
    opened: instantText(summary.openedUnixMicros),
    active: instantText(summary.activeUnixMicros),
    lastSeen: instantText(seen),
    ends: instantText(summary.absoluteEndUnixSeconds * 1_000_000n),
    openedMicros: Number(summary.openedUnixMicros),
    lastSeenMicros: Number(seen),
    actionsAllowed: Number(summary.actionsAllowed),
    actionsRefused: Number(summary.actionsRefused),
  };
}

/** The state of a session as people read it. */
export function stateWord(state: SessionState): string {
  switch (state) {
    case SessionState.SESSION_STATE_LIVE:
      return 'live';
    case SessionState.SESSION_STATE_SUSPENDED:
      return 'suspended';
    case SessionState.SESSION_STATE_REVOKED:
      return 'revoked';
    case SessionState.SESSION_STATE_ENDED:
      return 'ended';
    case SessionState.SESSION_STATE_EXPIRED:
      return 'expired';
    default:
      return 'unknown';
  }
}
