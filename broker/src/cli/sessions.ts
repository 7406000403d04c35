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
  readonly state: string;
  readonly opened: string;
  readonly active: string;
  readonly ends: string;
  /** Unix time in microseconds. */
  readonly openedMicros: number;
  readonly actionsAllowed: number;
  readonly actionsRefused: number;
}

const pageSizeMax = 200;
const noBytes = Buffer.alloc(0);

/** The sessions that the broker lists, page by page, and whether there are more than so many. */
export async function listedSessions(
  line: OperatorLine,
  ask: { readonly limit: number; readonly treeOf?: Buffer },
): Promise<{ readonly rows: readonly SessionRow[]; readonly more: boolean }> {
  const rows: SessionRow[] = [];
  let pageToken = '';
  do {
    const pageSize = Math.min(pageSizeMax, ask.limit - rows.length);
    const treeOf = ask.treeOf ?? noBytes;
    const request = ListSessionsRequest.encode({ pageSize, pageToken, treeOf }).finish();
    const page = ListSessionsResponse.decode(
      await call(line, '/creance.v1.OperatorService/ListSessions', request),
    );
    rows.push(...page.sessions.map(rowOf));
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && rows.length < ask.limit);
  return { rows, more: pageToken !== '' };
}

function rowOf(summary: SessionSummary): SessionRow {
  return {
    session: handleFromBytes(summary.sessionId) ?? '',
    parent: handleFromBytes(summary.parentId) ?? '',
    kind: memberKindOf(summary.kind) ?? 'unknown',
    name: summary.name,
    state: stateWord(summary.state),
    opened: instantText(summary.openedUnixMicros),
    active: instantText(summary.activeUnixMicros),
    ends: instantText(summary.absoluteEndUnixSeconds * 1_000_000n),
    openedMicros: Number(summary.openedUnixMicros),
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
