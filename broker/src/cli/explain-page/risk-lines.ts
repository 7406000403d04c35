import type { Level } from '../../domain/risk.js';
import { decisionText, levelWord, riskText } from '../explain-words.js';
import type { ShownSession, ShownTree } from '../explained.js';
import type { Layout } from './frame.js';
import { html, type Markup } from './markup.js';

/** The thresholds, each with its name and figure in the gutter. */
export function thresholdLines(thresholds: ShownTree['thresholds'], layout: Layout): Markup {
  const { left, right, frame, riskY } = layout;
  const lines = thresholds.map(({ level, risk }) => {
    const y = riskY(risk);
    return html`<g class="threshold l-${level}"><line x1="${left}" x2="${right}" y1="${y}" y2="${y}"/><text x="${frame.gutter}" y="${y + 4}" text-anchor="end">${shortName(level, layout)} ${figure(risk)}</text></g>`;
  });
  const floor = riskY(0);
  return html`<g class="thresholds">${lines}<line class="floor" x1="${left}" x2="${right}" y1="${floor}" y2="${floor}"/><text class="quiet" x="${frame.gutter}" y="${floor + 4}" text-anchor="end">risk 0</text></g>`;
}

/** `.35`: the way the thresholds are spoken of. */
function figure(risk: number): string {
  return riskText(risk).replace(/^0/, '');
}

function shortName(level: Level, { frame }: Layout): string {
  return level === 'suspendTree' && frame.name === 'narrow' ? 'tree' : levelWord(level);
}

/** One session's risk over time. The first session is the one that was asked for, and drawn in ink. */
export function riskLine({ points, workload }: ShownSession, at: number, layout: Layout): Markup {
  const { scale, riskY } = layout;
  const places = points.map(({ atMillis, risk }) => [scale.x(atMillis), riskY(risk)] as const);
  const title = html`<title>risk of ${workload}</title>`;
  const [only, second] = places;
  if (only !== undefined && second === undefined)
    return html`<circle class="risk s${at}" cx="${only[0]}" cy="${only[1]}" r="3">${title}</circle>`;
  const path = places.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');
  return html`<polyline class="risk s${at}" points="${path}">${title}</polyline>`;
}

/** What was decided about a session, each where and when. */
export function decisionMarks({ decisions }: ShownSession, layout: Layout): Markup {
  const { scale, riskY } = layout;
  const marks = decisions.map((decision) => {
    const [x, y] = [scale.x(decision.atMillis), riskY(decision.risk)];
    const clock = new Date(decision.atMillis).toISOString();
    return html`<path class="decision l-${decision.level}" d="M${x} ${y - 7}l7 7l-7 7l-7 -7z"><title>${clock} ${decisionText(decision)}, risk ${riskText(decision.risk)}</title></path>`;
  });
  return html`<g class="decisions">${marks}</g>`;
}

function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
