import { styleText } from 'node:util';
import {
  addedText,
  decisionText,
  dottedAction,
  inOrder,
  levelWord,
  riskText,
} from './explain-words.js';
import type { ShownSession, ShownTerm, ShownTree } from './explained.js';
import { formatTable, printable } from './output.js';

/** What is known of a tree, for a terminal: who is in it, then evidence and decisions by session. */
export function explainText(tree: ShownTree): string {
  const ordered = inOrder(tree.sessions);
  const told = ordered
    .map(({ session }) => session)
    .filter(
      ({ terms, silentTerms, decisions }) =>
        terms.length + silentTerms.length + decisions.length > 0,
    );
  const sections = told.map(sectionOf);
  if (sections.length === 0) sections.push('no evidence: nothing speaks against any of them');
  return [treeTable(tree), ...sections].join('\n\n');
}

const treeColumns = ['tree', 'state', 'level', 'risk', 'peak', 'session', 'owner'] as const;

function treeTable({ sessions, asked }: ShownTree): string {
  return formatTable(
    treeColumns,
    inOrder(sessions).map(({ session, depth }) => [
      `${'   '.repeat(Math.max(0, depth - 1))}${depth > 0 ? '└─ ' : ''}${session.workload}`,
      session.state,
      levelWord(session.level),
      riskText(session.risk),
      riskText(session.peak),
      session.session === asked ? `${session.session} *` : session.session,
      session.owner,
    ]),
  );
}

interface Row {
  readonly atMillis: number | undefined;
  readonly cells: readonly string[];
}

function sectionOf(shown: ShownSession): string {
  const { workload, session, terms, silentTerms, decisions, leftOut } = shown;
  const rows = [
    ...terms.map(rowOf),
    ...decisions.map((decision) => ({
      atMillis: decision.atMillis,
      cells: [riskText(decision.risk), 'decision', '', decisionText(decision)],
    })),
  ];
  const lines = [styleText('bold', printable(`${workload} ${session}`))];
  if (rows.length > 0) lines.push(tableOf('adds', rows));
  if (silentTerms.length > 0)
    lines.push(
      'would also have counted, were their rules enforced:',
      tableOf('would add', silentTerms.map(rowOf)),
    );
  if (leftOut > 0) lines.push(`${leftOut} older or weaker entries are not shown`);
  return lines.join('\n');
}

function rowOf(term: ShownTerm): Row {
  const cells = [addedText(term), term.kind, dottedAction(term), term.words];
  return { atMillis: term.atMillis, cells };
}

function tableOf(adds: string, rows: readonly Row[]): string {
  const inTime = rows.toSorted((one, other) => (one.atMillis ?? 0) - (other.atMillis ?? 0));
  return formatTable(
    ['at', adds, 'evidence', 'action', 'in words'],
    inTime.map(({ atMillis, cells }) => [clockText(atMillis), ...cells]),
  );
}

/** The time of day in UTC, to the millisecond: a chain of actions lies within seconds. */
function clockText(atMillis: number | undefined): string {
  return atMillis === undefined ? '' : new Date(atMillis).toISOString().slice(11, 23);
}
