import { type TimeScale, timeScale } from './time-scale.js';

/** Room for the picture at one width, in pixels. */
export interface Frame {
  /** Name of the style that shows this one and hides the others. */
  readonly name: 'wide' | 'middle' | 'narrow';
  readonly width: number;
  /** Left of the plot, where the names of lanes and thresholds stand. */
  readonly gutter: number;
  /** Characters of a name in the gutter. */
  readonly nameChars: number;
  readonly riskHeight: number;
}

/** The same picture at three widths, so that its letters keep their size on a telephone. */
export const frames: readonly Frame[] = [
  { name: 'wide', width: 1_150, gutter: 150, nameChars: 20, riskHeight: 230 },
  { name: 'middle', width: 700, gutter: 130, nameChars: 17, riskHeight: 210 },
  { name: 'narrow', width: 340, gutter: 84, nameChars: 11, riskHeight: 180 },
];

/** Pixels of a lane, above the risk, and below the lanes. */
export const laneHeight = 28;
const topSpace = 14;
const axisSpace = 26;
const rightSpace = 12;

/** Where everything stands in one picture. */
export interface Layout {
  readonly frame: Frame;
  readonly left: number;
  readonly right: number;
  readonly scale: TimeScale;
  readonly lanesTop: number;
  readonly lanesBottom: number;
  readonly height: number;
  riskY(risk: number): number;
  laneY(lane: number): number;
}

/** Lays a picture out: risk above, one lane a system below, one axis of time for both. */
export function layoutOf(frame: Frame, lanes: number, instants: readonly number[]): Layout {
  const [left, right] = [frame.gutter + 8, frame.width - rightSpace];
  const lanesTop = topSpace + frame.riskHeight + 16;
  const lanesBottom = lanesTop + lanes * laneHeight;
  return {
    frame,
    left,
    right,
    scale: timeScale(instants, left + 6, right - 6),
    lanesTop,
    lanesBottom,
    height: lanesBottom + axisSpace,
    riskY: (risk) => topSpace + frame.riskHeight * (1 - Math.max(0, Math.min(1, risk))),
    laneY: (lane) => lanesTop + (lane + 0.5) * laneHeight,
  };
}

/** A name that fits: its middle goes, since names differ at their ends. */
export function fitting(name: string, most: number): string {
  const characters = [...name];
  if (characters.length <= most) return name;
  const head = Math.ceil((most - 1) / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(head + 1 - most).join('')}`;
}
