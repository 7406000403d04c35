import { createHash } from 'node:crypto';
import { decisionText, riskText } from '../explain-words.js';
import type { ShownTree } from '../explained.js';
import { html, Markup, nothing } from './markup.js';
import { picture } from './picture.js';
import { badge, sessionTree } from './session-tree.js';
import { style } from './style.js';
import { decisionTable, evidenceTable, leftOutNote, silentSection } from './tables.js';

const styleHash = createHash('sha256').update(style).digest('base64');

/**
 * Nothing but the page's own style: no script, no request, no form, whatever a name holds (Content Security
 * Policy Level 3). An attribute `style` would be refused too, so colours are classes.
 */
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

/** One self-contained page: who is in the tree, what happened, what spoke against whom, what was decided. */
export function explainPage(tree: ShownTree): string {
  return `<!doctype html>\n${body(tree).text}\n`;
}

function body(tree: ShownTree): Markup {
  const asked = tree.sessions.find(({ session }) => session === tree.asked);
  const name = asked?.workload ?? tree.sessions[0]?.workload ?? 'session';
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>creance explain: ${name}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
${head(tree, name)}
<section><h2>Sessions</h2>${sessionTree(tree)}</section>
<section><h2>Risk and actions</h2>${picture(tree)}</section>
<section><h2>Decisions</h2>${decisionTable(tree)}</section>
<section><h2>Evidence</h2>${evidenceTable(tree)}${leftOutNote(tree)}</section>
${silentSection(tree)}</main>
</body>
</html>`;
}

function head(tree: ShownTree, name: string): Markup {
  const asked = tree.sessions.find(({ session }) => session === tree.asked);
  const at = new Date(tree.atMillis).toISOString().replace('T', ' ').slice(0, 19);
  const last = asked?.decisions.at(-1);
  return html`<header>
<h1>${name} ${asked === undefined ? nothing : badge(asked.level)}</h1>
<p><code>${tree.asked}</code> <span class="quiet">as the broker knew it at ${at} UTC</span></p>
${asked === undefined ? html`<p>This session itself is not watched; its tree is.</p>` : html`<p>It is ${asked.state}, at risk ${riskText(asked.risk)} (peak ${riskText(asked.peak)}).${last === undefined ? nothing : html` Decided last: ${decisionText(last)}.`}</p>`}
</header>`;
}
