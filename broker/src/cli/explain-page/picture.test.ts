import { describe, expect, it } from 'vitest';
import {
  pivotingPoints,
  shownPoint,
  shownSession,
  shownTree,
  startMillis,
} from '../double-explained.js';
import { drawingOf, pageOf, type Tag } from './double-page.js';
import { drawnOf, lanesDrawn, levelAt, otherLane, sessionsDrawn } from './drawn.js';
import { fitting, frames } from './frame.js';

interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pixels of a character at most, on the average of a word, and of a line. */
const characterWidth = 7;
const lineHeight = 12;

const boxesOf = (drawing: readonly Tag[]): readonly Box[] =>
  drawing
    .filter(({ name, isEnd }) => name === 'text' && !isEnd)
    .map(({ text, attributes }) => {
      const [x, y] = [Number(attributes.get('x')), Number(attributes.get('y'))];
      const width = [...text].length * characterWidth;
      const shares: Record<string, number> = { start: 0, middle: 0.5, end: 1 };
      const left = x - width * (shares[attributes.get('text-anchor') ?? 'start'] ?? 0);
      return { text, left, right: left + width, top: y - lineHeight + 2, bottom: y + 2 };
    });

const overlaps = (one: Box, other: Box) =>
  one.left < other.right &&
  other.left < one.right &&
  one.top < other.bottom &&
  other.top < one.bottom;

const longNamed = pivotingPoints().map((point) => ({
  ...point,
  resource: `${point.resource}-of-the-department-of-names-that-never-end`,
}));

describe('the labels of the picture', () => {
  // breaks when: ticks stand closer than 84 pixels, lanes lower than their letters, or names are not cut
  it.each(
    frames.flatMap(({ name }) => [[name, pivotingPoints()] as const, [name, longNamed] as const]),
  )('never lie over each other, nor outside: %s', (name, points) => {
    const [frame] = frames.filter((each) => each.name === name);
    const boxes = boxesOf(drawingOf(pageOf(shownTree(shownSession('root', { points }))), name));
    expect(boxes.length).toBeGreaterThan(14);
    const pairs = boxes.flatMap((one, at) =>
      boxes
        .slice(at + 1)
        .filter((other) => overlaps(one, other))
        .map((other) => [one.text, other.text]),
    );
    expect(pairs).toEqual([]);
    const outside = boxes.filter(({ left, right }) => left < 0 || right > (frame?.width ?? 0));
    expect(outside).toEqual([]);
  });

  it('name the thresholds', () => {
    const drawing = drawingOf(
      pageOf(shownTree(shownSession('root', { points: [shownPoint()] }))),
      'wide',
    );
    const texts = boxesOf(drawing).map(({ text }) => text.trim());
    for (const label of ['observe .35', 'narrow .55', 'suspend .80', 'suspend tree .95'])
      expect(texts).toContain(label);
  });

  it('keep both ends of a name, whole characters', () => {
    expect(fitting('crm-production-eu', 11)).toBe('crm-p…on-eu');
    expect(fitting('crm', 11)).toBe('crm');
    expect([...fitting('😀'.repeat(20), 11)]).toHaveLength(11);
  });
});

describe('drawnOf', () => {
  const suspect = (at: number) =>
    shownSession(`s${at}`, { peak: at / 20, points: [shownPoint({ atMillis: startMillis + at })] });

  it('draws the session that was asked for first, then those under the most suspicion', () => {
    const sessions = Array.from({ length: 12 }, (_, at) => suspect(at));
    const drawn = drawnOf(shownTree(...sessions));
    expect(drawn.sessions.map(({ workload }) => workload)).toEqual([
      's0',
      's11',
      's10',
      's9',
      's8',
      's7',
      's6',
      's5',
    ]);
    expect([drawn.sessions.length, drawn.hidden]).toEqual([sessionsDrawn, 4]);
  });

  // breaks when: who makes up systems makes the picture as high as there are names
  it('folds systems beyond its lanes into one', () => {
    const points = Array.from({ length: 100 }, (_, at) =>
      shownPoint({ resource: `system-${at}`, atMillis: startMillis + at }),
    );
    const { lanes } = drawnOf(shownTree(shownSession('root', { points })));
    expect(lanes).toHaveLength(lanesDrawn);
    expect([lanes[0], lanes.at(-1)]).toEqual(['system-0', otherLane]);
  });

  it('takes the level of a risk from the thresholds of the broker', () => {
    const thresholds = [
      { level: 'observe', risk: 0.5 } as const,
      { level: 'narrow', risk: 0.6 } as const,
    ];
    expect([0.49, 0.5, 0.6, 1].map((risk) => levelAt(risk, thresholds))).toEqual([
      'calm',
      'observe',
      'narrow',
      'narrow',
    ]);
  });
});
