import { handleFromBytes } from '@creance/proto';
import type { OperatorLine } from '../rpc/operator-client.js';
import { listedVerifiers } from './operator-call.js';
import { type Format, type Output, printRows } from './output.js';
import { listedSessions, type SessionFilter } from './sessions.js';

/** Lists live sessions, newest first. */
export async function listSessions(
  line: OperatorLine,
  flags: SessionFilter & { readonly o: Format; readonly limit: number },
  output: Output,
): Promise<void> {
  const { rows, more } = await listedSessions(line, flags);
  const columns = [
    'session',
    'kind',
    'name',
    'owner',
    'state',
    'opened',
    'active',
    'ends',
  ] as const;
  const shown = rows.map(({ session, kind, name, owner, state, opened, active, ends }) => {
    return { session, kind, name, owner, state, opened, active, ends };
  });
  printRows(shown, columns, flags.o, output);
  if (more) output.words(`more than ${flags.limit} sessions — fix: narrow the list, or --limit`);
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
  printRows(rows, ['session', 'resource', 'acknowledged', 'behind'], flags.o, output);
}
