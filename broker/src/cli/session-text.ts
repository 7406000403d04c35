import { styleText } from 'node:util';
import { levelWord, riskText } from './explain-words.js';
import { formatPairs, formatTable } from './output.js';
import type { SessionRow } from './sessions.js';
import type { ShownCause, ShownDetail, ShownReach } from './shown-session.js';

/** One session for a terminal: what it is, why it stands where it does, and the next commands. */
export function sessionText(shown: ShownDetail): string {
  const { risk, children } = shown;
  const parts = [formatPairs([...identity(shown), ...doings(shown)])];
  if (children.length > 0) parts.push(titled('children', childrenTable(shown)));
  if (risk !== null && risk.latest.length > 0)
    parts.push(
      titled(
        'latest actions',
        formatTable(
          ['at', 'outcome', 'action', 'risk'],
          risk.latest.map(({ at, outcome, resource, action, risk: then }) => [
            at,
            outcome,
            `${resource}.${action}`,
            riskText(then),
          ]),
        ),
      ),
    );
  parts.push(titled('next', nextCommands(shown).join('\n')));
  return parts.join('\n\n');
}

type Pair = readonly [string, string];

function identity({ session, contact, escalation, above, key, evidence }: ShownDetail): Pair[] {
  const path = above.map(({ name, session: id }) => `${name} ${id}`).join(' > ');
  return [
    ['session', session.session],
    [session.kind, session.name],
    ['owner', session.owner],
    ['contact', contact],
    ['escalation', escalation],
    ['above', path || 'nobody: it is a root'],
    ['key', key],
    ['evidence', evidence.isOwn ? `${evidence.kind} ${evidence.key}` : "its parent's"],
    ['join token', evidence.joinToken],
    ['opened from', evidence.network],
  ];
}

function doings(shown: ShownDetail): Pair[] {
  const { session, cause, idleEnd, mayAsk, task, risk, sessionsBelow } = shown;
  const level = risk === null ? '' : `${levelWord(risk.level)}, risk ${riskText(risk.risk)}`;
  return [
    ['state', session.state],
    ['why', cause === null ? '' : causeText(cause)],
    ['opened', session.opened],
    ['last active', session.active],
    ['last seen', session.lastSeen],
    ['ends', `${session.ends} whatever happens`],
    ['idle end', idleEnd ?? ''],
    [
      'may ask for',
      reachText(mayAsk) || (isOpen(session) && session.kind === 'workload' ? 'nothing' : ''),
    ],
    ['task', task === null ? '' : reachText(task)],
    ['seen', `${session.actionsAllowed} allowed, ${session.actionsRefused} refused by verifiers`],
    ['below', String(sessionsBelow)],
    ['watch', level],
  ];
}

/** Whether it has not ended. */
function isOpen({ state }: SessionRow): boolean {
  return state === 'live' || state === 'suspended';
}

/** Who has ended or held a session, when and why, in one line. */
export function causeText({ kind, reason, author, at, revision, request }: ShownCause): string {
  const said = reason === '' ? '' : `: ${reason}`;
  const asked = request === '' ? '' : `, request ${request}`;
  return `${kind} by ${author} at ${at}${said} (revision ${revision}${asked})`;
}

function reachText(reach: readonly ShownReach[]): string {
  return reach.map(({ resource, scopes }) => `${resource} [${scopes.join(' ')}]`).join(', ');
}

function childrenTable({ children }: ShownDetail): string {
  const cells = ({ name, state, session }: SessionRow) => [name, state, session];
  return formatTable(['name', 'state', 'session'], children.map(cells));
}

function titled(title: string, text: string): string {
  return `${styleText('bold', title)}\n${text}`;
}

/** Commands as they can be copied; what ends something comes after what looks. */
function nextCommands({ session, above, risk, evidence, cause }: ShownDetail): string[] {
  const { session: id, state } = session;
  // What the watch holds is let go only after fresh evidence.
  const revalidated =
    cause?.kind === 'risk_suspended' ? '   # once its process has called session.rekey()' : '';
  return [
    `creance session tree ${id}`,
    ...(risk === null ? [] : [`creance explain ${id}`]),
    ...(state === 'live' ? [`creance suspend --session ${id} --reason "…"`] : []),
    ...(state === 'suspended' ? [`creance resume --session ${id} --reason "…"${revalidated}`] : []),
    ...(isOpen(session) ? [`creance cut --session ${id} --reason "…"`] : []),
    ...(isOpen(session) && above[0] !== undefined
      ? [`creance cut --session ${above[0].session} --reason "…"   # the whole tree`]
      : []),
    ...(evidence.joinToken === ''
      ? []
      : [
          `creance cut --evidence ${evidence.joinToken} --reason "…"   # so that it cannot come back`,
        ]),
  ];
}
