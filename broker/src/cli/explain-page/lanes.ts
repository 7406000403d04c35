import { dottedAction, riskText } from '../explain-words.js';
import type { ShownPoint, ShownSession, ShownTree } from '../explained.js';
import { type Drawn, levelAt, otherLane } from './drawn.js';
import { fitting, type Layout, laneHeight } from './frame.js';
import { html, type Markup } from './markup.js';
import { ticksOf } from './time-scale.js';

/** One lane a system, with its name in the gutter. */
export function laneRows({ lanes }: Drawn, layout: Layout): Markup {
  const { left, right, frame, laneY } = layout;
  const rows = lanes.map((name, at) => {
    const y = laneY(at);
    return html`<g class="lane"><rect x="${left}" y="${y - laneHeight / 2 + 2}" width="${right - left}" height="${laneHeight - 4}"/><text x="${frame.gutter}" y="${y + 4}" text-anchor="end">${fitting(name, frame.nameChars)}<title>${name}</title></text></g>`;
  });
  return html`<g class="lanes">${rows}</g>`;
}

/** The actions of one session: a disc where it was allowed, a cross where it was refused. */
export function actionMarks(
  session: ShownSession,
  { lanes }: Drawn,
  thresholds: ShownTree['thresholds'],
  layout: Layout,
): Markup {
  const marks = session.points.map((point) => {
    const own = lanes.indexOf(point.resource);
    const y = layout.laneY(own < 0 ? lanes.indexOf(otherLane) : own);
    const x = layout.scale.x(point.atMillis);
    const level = `l-${levelAt(point.risk, thresholds)}`;
    const title = html`<title>${wordsOf(point)} (${session.workload})</title>`;
    return point.outcome === 'allowed'
      ? html`<circle class="action ${level}" cx="${x}" cy="${y}" r="4.5">${title}</circle>`
      : html`<path class="action refused ${level}" d="M${x - 4} ${y - 4}l8 8m0 -8l-8 8">${title}</path>`;
  });
  return html`<g class="actions">${marks}</g>`;
}

function wordsOf(point: ShownPoint): string {
  const clock = new Date(point.atMillis).toISOString();
  return `${clock} ${dottedAction(point)}, ${point.outcome}, risk ${riskText(point.risk)}`;
}

/** The axis of time: since the first action that is drawn. */
export function timeAxis({ scale, left, right, lanesBottom, riskY }: Layout): Markup {
  const ticks = ticksOf(scale, left + 6, right - 6).map(({ x, label }) => {
    const anchor = x > right - 40 ? 'end' : x < left + 20 ? 'start' : 'middle';
    return html`<g class="tick"><line x1="${x}" x2="${x}" y1="${riskY(1)}" y2="${lanesBottom + 4}"/><text x="${x}" y="${lanesBottom + 18}" text-anchor="${anchor}">${label}</text></g>`;
  });
  return html`<g class="axis">${ticks}</g>`;
}
