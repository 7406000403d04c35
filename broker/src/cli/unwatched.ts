import type { OperatorLine } from '../rpc/operator-client.js';
import {
  CommandFailed,
  type Format,
  formatPairs,
  type Output,
  print,
  printable,
} from './output.js';
import { causeText } from './session-text.js';
import { sessionDetail } from './show-session.js';
import type { ShownDetail } from './shown-session.js';

/** A session of which the watch knows nothing, as it is explained: what stands in its own record. */
interface ShownUnwatched extends Pick<ShownDetail, 'session' | 'cause' | 'sessionsBelow'> {
  readonly asked: string;
  readonly isWatched: false;
}

/**
 * Explains a session that was never watched, or is not any more, by what the broker's record has of it. Refuses
 * with `target_unknown` where there is no such session, and to draw a page of nothing.
 */
export async function explainUnwatched(
  line: OperatorLine,
  { id, o, html }: { readonly id: string; readonly o: Format; readonly html?: string },
  output: Output,
): Promise<void> {
  const { session, cause, sessionsBelow } = await sessionDetail(line, id);
  if (html !== undefined)
    throw new CommandFailed(
      `there is nothing to draw: the watch has seen nothing of ${printable(id)} — fix: creance session show ${printable(id)}`,
    );
  const shown: ShownUnwatched = { asked: id, isWatched: false, session, cause, sessionsBelow };
  print(shown, () => unwatchedText(shown), o, output);
}

function unwatchedText({ session, cause, sessionsBelow }: ShownUnwatched): string {
  const { actionsAllowed, actionsRefused } = session;
  return formatPairs([
    ['session', session.session],
    [session.kind, session.name],
    ['owner', session.owner],
    ['state', session.state],
    ['why', cause === null ? '' : causeText(cause)],
    ['opened', session.opened],
    ['seen', `${actionsAllowed} allowed, ${actionsRefused} refused by verifiers`],
    ['below', String(sessionsBelow)],
    ['watch', 'nothing is known: it neither acted nor asked for a token, or it ended long ago'],
    ['more', `creance session show ${session.session}`],
  ]);
}
