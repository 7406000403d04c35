import { addedText, decisionText, dottedAction, inOrder, riskText } from '../explain-words.js';
import type { ShownDecision, ShownSession, ShownTerm, ShownTree } from '../explained.js';
import { html, type Markup, nothing } from './markup.js';
import { badge } from './session-tree.js';

/** The decisions of the tree, the earliest first. */
export function decisionTable(tree: ShownTree): Markup {
  const rows = gathered(tree, ({ decisions }) => decisions);
  if (rows.length === 0) return html`<p class="quiet">Nothing was decided.</p>`;
  return html`<table class="decided"><thead><tr><th>at</th><th>level</th><th>risk</th><th>what came of it</th><th>session</th></tr></thead><tbody>
${rows.map(({ item, session }) => decisionRow(item, session))}
</tbody></table>`;
}

function decisionRow(decision: ShownDecision, { workload, session }: ShownSession): Markup {
  return html`<tr><td class="at">${clock(decision.atMillis)}</td><td>${badge(decision.level)}</td><td class="number">${riskText(decision.risk)}</td><td class="words">${decisionText(decision)}</td><td class="who" title="${session}">${workload}</td></tr>`;
}

/** The evidence of the tree, in the order of time; where no time is known, first. */
export function evidenceTable(tree: ShownTree): Markup {
  const rows = gathered(tree, ({ terms }) => terms);
  if (rows.length === 0) return html`<p class="quiet">There is no evidence.</p>`;
  return termTable('evidence', 'adds', rows);
}

/** The evidence of rules that are not enforced, under a heading of its own; nothing when there is none. */
export function silentSection(tree: ShownTree): Markup {
  const rows = gathered(tree, ({ silentTerms }) => silentTerms);
  if (rows.length === 0) return nothing;
  return html`<section><h2>Would also have counted</h2><p class="quiet">Found by rules that are not enforced: it raises no risk.</p>${termTable('evidence silent', 'would add', rows)}</section>
`;
}

function termTable(kind: string, adds: string, rows: readonly Gathered<ShownTerm>[]): Markup {
  const most = Math.max(...rows.map(({ item }) => item.added));
  return html`<table class="${kind}"><thead><tr><th>at</th><th colspan="2">${adds}</th><th>evidence</th><th>action</th><th>in words</th><th>session</th></tr></thead><tbody>
${rows.map(({ item, session }) => termRow(item, session, most))}
</tbody></table>`;
}

function termRow(term: ShownTerm, { workload, session }: ShownSession, most: number): Markup {
  const width = most > 0 ? (56 * Math.max(0, term.added)) / most : 0;
  return html`<tr><td class="at" title="action ${term.index} of its session">${clock(term.atMillis)}</td><td class="number">${addedText(term)}</td><td class="bar"><svg width="56" height="8" viewBox="0 0 56 8" aria-hidden="true"><rect width="${width}" height="8" rx="2"/></svg></td><td class="kind">${term.kind}</td><td class="action"><code>${dottedAction(term)}</code></td><td class="words">${term.words}</td><td class="who" title="${session}">${workload}</td></tr>`;
}

/** How much is known and not shown. */
export function leftOutNote({ sessions }: ShownTree): Markup {
  const leftOut = sessions.reduce((sum, session) => sum + session.leftOut, 0);
  return leftOut === 0
    ? nothing
    : html`<p class="quiet">${leftOut} older or weaker entries are not shown.</p>`;
}

interface Gathered<Item> {
  readonly item: Item;
  readonly session: ShownSession;
}

function gathered<Item extends { readonly atMillis: number | undefined }>(
  { sessions }: ShownTree,
  itemsOf: (session: ShownSession) => readonly Item[],
): readonly Gathered<Item>[] {
  return inOrder(sessions)
    .flatMap(({ session }) => itemsOf(session).map((item) => ({ item, session })))
    .sort((one, other) => (one.item.atMillis ?? 0) - (other.item.atMillis ?? 0));
}

function clock(atMillis: number | undefined): Markup {
  if (atMillis === undefined) return html`–`;
  const iso = new Date(atMillis).toISOString();
  return html`<time datetime="${iso}">${iso.slice(11, 23)}</time>`;
}
