import { handleFromBytes } from '@creance/proto';
import { ListSessionsRequest, ListSessionsResponse } from '@creance/proto/wire';
import { memberKindOf } from '../rpc/convert.js';
import type { OperatorLine } from '../rpc/operator-client.js';
import { call, listedVerifiers } from './operator-call.js';
import { type Format, formatTable, type Output } from './output.js';

/** Lists live sessions, newest first. */
export async function listSessions(
  line: OperatorLine,
  flags: { readonly o: Format; readonly limit: number },
  output: Output,
): Promise<void> {
  const sessions: ListSessionsResponse['sessions'] = [];
  let pageToken = '';
  do {
    const pageSize = Math.min(200, flags.limit - sessions.length);
    const request = ListSessionsRequest.encode({ pageSize, pageToken }).finish();
    const page = ListSessionsResponse.decode(
      await call(line, '/creance.v1.OperatorService/ListSessions', request),
    );
    sessions.push(...page.sessions);
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && sessions.length < flags.limit);
  const rows = sessions.map((session) => ({
    session: handleFromBytes(session.sessionId) ?? '',
    kind: memberKindOf(session.kind) ?? 'unknown',
    name: session.name,
    opened: instant(session.openedUnixMicros),
    active: instant(session.activeUnixMicros),
    ends: instant(BigInt(session.absoluteEndUnixSeconds) * 1_000_000n),
  }));
  print(rows, ['session', 'kind', 'name', 'opened', 'active', 'ends'], flags.o, output);
}

/** Lists subscribed verifiers and what each enforces. */
export async function listVerifiers(
  line: OperatorLine,
  flags: { readonly o: Format },
  output: Output,
): Promise<void> {
  const { verifiers, revision } = await listedVerifiers(line);
  const rows = verifiers.map((verifier) => ({
    session: handleFromBytes(verifier.sessionId) ?? '',
    resource: verifier.resource,
    acknowledged: verifier.acknowledgedRevision.toString(),
    behind: verifier.acknowledgedRevision >= revision ? 'no' : 'yes',
  }));
  print(rows, ['session', 'resource', 'acknowledged', 'behind'], flags.o, output);
}

function print<Row extends Record<string, string>>(
  rows: readonly Row[],
  columns: readonly (keyof Row & string)[],
  format: Format,
  output: Output,
): void {
  if (format === 'json') output.result(JSON.stringify(rows));
  else if (rows.length === 0) output.words('none');
  else
    output.result(
      formatTable(
        columns,
        rows.map((row) => columns.map((column) => row[column] ?? '')),
      ),
    );
}

function instant(micros: bigint): string {
  return new Date(Number(micros / 1_000n)).toISOString();
}
