import { handleFromBytes } from '@creance/proto';
import type { OperatorLine } from '../rpc/operator-client.js';
import { systemClock } from '../runtime/clock.js';
import { listedVerifiers } from './operator-call.js';
import { type Format, type Output, print, printRows } from './output.js';
import { listedSessions, type SessionFilter } from './sessions.js';
import { sessionsTable } from './sessions-table.js';
import { awayWords, lagText, resourcesAway } from './verifier-words.js';
import { noneWords } from './workloads.js';

/** Lists live sessions, newest first. */
export async function listSessions(
  line: OperatorLine,
  flags: SessionFilter & { readonly o: Format; readonly limit: number },
  output: Output,
): Promise<void> {
  const { rows, more } = await listedSessions(line, flags);
  const shown = rows.map(
    ({ session, kind, name, owner, state, opened, active, lastSeen, ends }) => {
      return { session, kind, name, owner, state, opened, active, lastSeen, ends };
    },
  );
  if (rows.length === 0) output.words(await noneWords(line, flags));
  if (rows.length > 0 || flags.o !== 'table')
    print(shown, () => sessionsTable(rows, systemClock.now(), output.columns), flags.o, output);
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
    lag: verifier.acknowledgedRevision >= revision ? '' : lagText(verifier, revision),
  }));
  printRows(rows, ['session', 'resource', 'acknowledged', 'behind', 'lag'], flags.o, output);
  for (const resource of await resourcesAway(line)) output.words(awayWords(resource));
}
