import { levelWord } from '../explain-words.js';
import type { ShownTree } from '../explained.js';
import { type Drawn, drawnOf } from './drawn.js';
import { type Frame, frames, layoutOf } from './frame.js';
import { actionMarks, laneRows, timeAxis } from './lanes.js';
import { html, type Markup, nothing } from './markup.js';
import { decisionMarks, riskLine, thresholdLines } from './risk-lines.js';

/** Risk over time above the actions by system, with its legend. */
export function picture(tree: ShownTree): Markup {
  const drawn = drawnOf(tree);
  if (drawn.sessions.length === 0)
    return html`<p class="quiet">No action is kept: a timeline begins when there is something to explain.</p>`;
  const start = new Date(Math.min(...drawn.instants)).toISOString().replace('T', ' ');
  return html`<figure>
${frames.map((frame) => drawing(tree, drawn, frame))}
${legend(tree, drawn)}
<figcaption>Time runs from ${start.slice(0, 23)} UTC. Every action has a place of its own, and long pauses are drawn shorter than they were.${hiddenText(drawn)}</figcaption>
</figure>`;
}

function hiddenText({ hidden }: Drawn): string {
  if (hidden === 0) return '';
  return ` ${hidden} more ${hidden === 1 ? 'session is' : 'sessions are'} not drawn: those under the least suspicion.`;
}

function drawing(tree: ShownTree, drawn: Drawn, frame: Frame): Markup {
  const layout = layoutOf(frame, drawn.lanes.length, drawn.instants);
  const { width } = frame;
  const { thresholds } = tree;
  const behind = drawn.sessions.toReversed();
  const last = drawn.sessions.length - 1;
  return html`<svg class="${frame.name}" viewBox="0 0 ${width} ${layout.height}" width="${width}" height="${layout.height}" role="img" aria-label="risk over time, and actions by system">
${timeAxis(layout)}
${thresholdLines(thresholds, layout)}
${laneRows(drawn, layout)}
${behind.map((session, at) => riskLine(session, last - at, layout))}
${behind.map((session) => actionMarks(session, drawn, thresholds, layout))}
${behind.map((session) => decisionMarks(session, layout))}
</svg>`;
}

function legend({ thresholds }: ShownTree, { sessions }: Drawn): Markup {
  const levels = ['calm' as const, ...thresholds.map(({ level }) => level)];
  const disc = (level: string) =>
    html`<svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true"><circle class="action l-${level}" r="4.5"/></svg>`;
  return html`<ul class="legend">
${levels.map((level) => html`<li>${disc(level)} ${levelWord(level)}</li>`)}
<li><svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true"><path class="action refused l-calm" d="M-4 -4l8 8m0 -8l-8 8"/></svg> refused</li>
<li><svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true"><path class="decision l-calm" d="M0 -7l7 7l-7 7l-7 -7z"/></svg> decision</li>
${sessions.length < 2 ? nothing : sessions.map(({ workload }, at) => html`<li><svg width="28" height="8" viewBox="0 0 28 8" aria-hidden="true"><line class="risk s${at}" x1="0" x2="28" y1="4" y2="4"/></svg> ${workload}</li>`)}
</ul>`;
}
