import type { Level } from '../../domain/risk.js';
import { inOrder, levelWord, riskText } from '../explain-words.js';
import type { ShownSession, ShownTree } from '../explained.js';
import { html, type Markup, nothing } from './markup.js';

/** A level by name and colour. */
export function badge(level: Level): Markup {
  return html`<span class="badge l-${level}">${levelWord(level)}</span>`;
}

/** Depths that are drawn by indentation: no path is longer. */
const depthMax = 7;

/** Every session of the tree with its level and risk, children below their parents. */
export function sessionTree({ sessions, asked }: ShownTree): Markup {
  const rows = inOrder(sessions).map(({ session, depth }) =>
    row(session, Math.min(depth, depthMax), session.session === asked),
  );
  return html`<ul class="tree">${rows}</ul>`;
}

function row(session: ShownSession, depth: number, isAsked: boolean): Markup {
  const { workload, owner, state, level, risk, peak, session: id } = session;
  const current = isAsked ? html` aria-current="true"` : nothing;
  return html`<li class="d${depth}"${current}>
<strong>${workload}</strong> ${badge(level)} <span class="state">${state}</span>
${meter(risk, peak, level)} <span class="figures">risk ${riskText(risk)}, peak ${riskText(peak)}</span>
<code>${id}</code>${owner === '' ? nothing : html` <span class="quiet">owner ${owner}</span>`}
</li>`;
}

/** Risk as a bar, with a mark at its peak. */
function meter(risk: number, peak: number, level: Level): Markup {
  const width = 90;
  return html`<svg class="meter l-${level}" width="${width}" height="10" viewBox="0 0 ${width} 10" aria-hidden="true"><rect class="room" width="${width}" height="10" rx="2"/><rect class="held" width="${width * risk}" height="10" rx="2"/><line x1="${width * peak}" x2="${width * peak}" y1="0" y2="10"/></svg>`;
}
