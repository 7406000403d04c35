import { styleText } from 'node:util';
import {
  addedText,
  decisionText,
  dottedAction,
  inOrder,
  levelWord,
  riskText,
} from './explain-words.js';
import type { ShownSession, ShownTree } from './explained.js';
import { formatTable, printable } from './output.js';

/** What is known of a tree, for a terminal: who is in it, then evidence and decisions by session. */
export function explainText(tree: ShownTree): string {
  const ordered = inOrder(tree.sessions);
  const told = ordered
    .map(({ session }) => session)
    .filter(({ terms, decisions }) => terms.length > 0 || decisions.length > 0);
  const sections = told.map(sectionOf);
  if (sections.length === 0) sections.push('no evidence: nothing speaks against any of them');
  return [treeTable(tree), ...sections].join('\n\n');
}

const treeColumns = ['tree', 'state', 'level', 'risk', 'peak', 'owner', 'session'] as const;

function treeTable({ sessions, asked }: ShownTree): string {
  return formatTable(
    treeColumns,
    inOrder(sessions).map(({ session, depth }) => [
      `${'   '.repeat(Math.max(0, depth - 1))}${depth > 0 ? '└─ ' : ''}${session.workload}`,
      session.state,
      levelWord(session.level),
      riskText(session.risk),
      riskText(session.peak),
      session.owner,
      session.session === asked ? `${session.session} *` : session.session,
    ]),
  );
}

function sectionOf({ workload, session, terms, decisions, leftOut }: ShownSession): string {
  const rows = [
    ...terms.map((term) => ({
      atMillis: term.atMillis,
      cells: [addedText(term), term.kind, dottedAction(term), term.words],
    })),
    ...decisions.map((decision) => ({
      atMillis: decision.atMillis,
      cells: [riskText(decision.risk), 'decision', '', decisionText(decision)],
    })),
  ].sort((one, other) => (one.atMillis ?? 0) - (other.atMillis ?? 0));
  const lines = [
    styleText('bold', printable(`${workload} ${session}`)),
    formatTable(
      ['at', 'adds', 'evidence', 'action', 'in words'],
      rows.map(({ atMillis, cells }) => [clockText(atMillis), ...cells]),
    ),
  ];
  if (leftOut > 0) lines.push(`${leftOut} older or weaker entries are not shown`);
  return lines.join('\n');
}

/** The time of day in UTC, to the millisecond: a chain of actions lies within seconds. */
function clockText(atMillis: number | undefined): string {
  return atMillis === undefined ? '' : new Date(atMillis).toISOString().slice(11, 23);
}
